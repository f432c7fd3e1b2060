"""Lines of any encoding, bounded."""

import gzip
import tracemalloc
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import NothingFoundError, WrongUseError
from pipeline.lines import LINE_LIMIT, Line, read_lines, refuse_rubbish
from pipeline.source import Content, Source
from tests.pipeline.files import write


def lines_of(raw: bytes, limit: int = LINE_LIMIT) -> tuple[list[Line], Content]:
    content = Content(BytesIO(raw), "x")
    return list(read_lines(content, limit)), content


def texts(raw: bytes) -> list[str]:
    return [line.text for line in lines_of(raw)[0]]


def test_lines_are_numbered_from_one_and_lose_their_ends() -> None:
    assert lines_of(b"a\r\nb\n\nc")[0] == [Line(1, "a"), Line(2, "b"), Line(3, ""), Line(4, "c")]


@given(st.lists(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\n\r"), min_size=1).map(lambda text: "x" + text)))
def test_what_is_written_is_read_in_every_encoding_and_packing(rows: list[str]) -> None:
    text = "".join(f"{row}\n" for row in rows)
    for raw in (text.encode(), text.encode("utf-8-sig"), ("\ufeff" + text).encode("utf-16-le"), ("\ufeff" + text).encode("utf-16-be")):
        assert texts(raw) == rows
        assert texts(gzip.compress(raw)) == rows


def test_several_gzip_members_are_one_content() -> None:
    assert texts(gzip.compress(b"a\n") + gzip.compress(b"b\n") + b"\0\0") == ["a", "b"]


def test_a_truncated_gzip_keeps_whole_lines_and_says_so() -> None:
    rows = [f"line {at} {at * 7919 % 10_007}" for at in range(20_000)]
    packed = gzip.compress("\n".join(rows).encode())
    lines, content = lines_of(packed[: len(packed) // 2])
    sound = [line.text for line in lines if not line.fault]
    assert 100 < len(sound) < 20_000
    assert sound == rows[: len(sound)]
    assert content.cut == "the gzip file ends early"
    assert all("cut off" in line.fault for line in lines[len(sound) :])


def test_damaged_gzip_says_so() -> None:
    packed = bytearray(gzip.compress("\n".join(str(at * 7919) for at in range(50_000)).encode()))
    packed[len(packed) // 2 : len(packed) // 2 + 50] = b"\xff" * 50
    lines, content = lines_of(bytes(packed))
    assert lines
    assert content.cut


def test_a_line_over_the_limit_is_a_fault_with_its_number_and_the_rest_is_kept() -> None:
    lines, _ = lines_of(b"a\n" + b"x" * 5_000 + b"\nb\n" + b"y" * 4_000, limit=1_000)
    assert [(line.number, bool(line.fault)) for line in lines] == [(1, False), (2, True), (3, False), (4, True)]
    assert "5,000 bytes" in lines[1].fault
    assert len(lines[1].text) == 500


def test_a_huge_line_is_never_held_whole() -> None:
    class Endless(BytesIO):
        left = 100 << 20

        def read(self, size: int | None = -1) -> bytes:
            taken = min(self.left, size or 0)
            self.left -= taken
            return b"z" * taken if taken else b""

    tracemalloc.start()
    lines = list(read_lines(Content(Endless(), "x")))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [bool(line.fault) for line in lines] == [True]
    assert "104,857,600" in lines[0].fault
    assert peak < 8 << 20


def test_broken_utf8_is_replaced_and_marked() -> None:
    lines, _ = lines_of(b"caf\xe9\nplain\n")
    assert [(line.text, line.flawed) for line in lines] == [("caf\ufffd", True), ("plain", False)]


@pytest.mark.parametrize("head", [bytes(range(256)) * 40, b"\x00\x01\x02" * 100, b"\x7fELF" + bytes(200)])
def test_rubbish_is_refused(head: bytes) -> None:
    with pytest.raises(WrongUseError, match="not text"):
        refuse_rubbish("x.bin", head)


@pytest.mark.parametrize(
    "head", [b"plain\n", "mañana es otro día\n".encode("latin-1") * 5, "\ufeffhi".encode("utf-16-le"), b"\x1b[31mred\x1b[0m\n"]
)
def test_text_is_not_refused(head: bytes) -> None:
    refuse_rubbish("x.log", head)


@pytest.mark.parametrize(("magic", "name"), [(b"PK\x03\x04", "zip"), (b"BZh9", "bzip2"), (b"\x28\xb5\x2f\xfd", "zstd")])
def test_another_packing_is_named(magic: bytes, name: str) -> None:
    with pytest.raises(WrongUseError, match=name):
        lines_of(magic + b"\x00" * 10)


def test_what_cannot_be_read_is_said_clearly(tmp_path: Path) -> None:
    with pytest.raises(NothingFoundError, match=r"nowhere\.log"):
        Source.of_path(tmp_path / "nowhere.log")
    with pytest.raises(WrongUseError, match="folder"):
        Source.of_path(tmp_path).open()
    with pytest.raises(NothingFoundError, match="empty"):
        write(tmp_path, b"").sha256()


def test_a_stem_ends_at_the_first_dot(tmp_path: Path) -> None:
    assert [write(tmp_path, "x", name).stem for name in ("auth.log.1.gz", "messages", ".hidden")] == ["auth", "messages", ".hidden"]
