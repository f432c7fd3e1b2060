"""What the worst bodies of 20 MiB that we know make of the process: each is refused, and memory stays under what is stated."""

import json
import subprocess
import sys
import zlib
from collections.abc import Callable, Mapping

import pyarrow as pa

PROTOBUF, JSON, NDJSON = "application/x-protobuf", "application/json", "application/x-ndjson"
STATED_MIB = 600
MEMORY = """
import json
from pathlib import Path
from tests.service.gate import gate
from tests.service.test_intake_memory import HOSTILE

def resident(name):
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) >> 10

ways, found = gate(), {}
ways.post("/v1/logs", b"", "application/x-protobuf")
for name, make in HOSTILE.items():
    path, kind, body, headers = make()
    before = resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    status = ways.post(path, body, kind, **headers).status_code
    found[name] = [status, resident("VmHWM") - before]
print(json.dumps(found))
"""
FULL = (20 << 20) - 100


def packed_zeros(mebibytes: int) -> bytes:
    """A gzip of that many zeros, made a block at a time."""
    packer, block = zlib.compressobj(9, wbits=31), bytes(1 << 20)
    return b"".join([*(packer.compress(block) for _ in range(mebibytes)), packer.flush()])


def framed(tags: bytes, inner: bytes) -> bytes:
    """A message in messages, outermost tag first."""
    for tag in reversed(tags):
        size, head = len(inner), bytearray([tag])
        while size > 0x7F:
            head.append(size & 0x7F | 0x80)
            size >>= 7
        inner = bytes([*head, size]) + inner
    return inner


Push = tuple[str, str, bytes, dict[str, str]]


def loki() -> Push:
    """Ten million empty lines in one stream."""
    body = pa.Codec("snappy").compress(framed(b"\x0a", b"\x12\x00" * (FULL // 2)), asbytes=True)
    return "/loki/api/v1/push", PROTOBUF, body, {}


# A way in, the content type, a body of about 20 MiB, and headers.
HOSTILE: Mapping[str, Callable[[], Push]] = {
    "lines": lambda: ("/api/ingest", NDJSON, b"x\n" * (FULL // 2), {}),
    "bulk": lambda: ("/_bulk", NDJSON, b'{"create":{}}\n{}\n' * (FULL // 17), {}),
    "json": lambda: ("/v1/logs", JSON, b'{"resourceLogs":[' + b"{}," * (FULL // 3) + b"{}]}", {}),
    "values": lambda: ("/api/ingest", JSON, b"[" + b'"ab",' * 3_900_000 + b"1]", {}),
    "records": lambda: ("/v1/logs", PROTOBUF, framed(b"\x0a\x12", b"\x12\x00" * (FULL // 2)), {}),
    "attributes": lambda: ("/v1/logs", PROTOBUF, framed(b"\x0a\x12\x12", b"\x32\x00" * (FULL // 2)), {}),
    "bomb": lambda: ("/v1/logs", PROTOBUF, packed_zeros(128), {"content_encoding": "gzip"}),
    "loki": loki,
}


def test_hostile_bodies_are_refused_inside_the_stated_memory() -> None:
    done = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, timeout=100, check=True)
    found = json.loads(done.stdout)
    assert {name: status for name, (status, _) in found.items()} == dict.fromkeys(HOSTILE, 413)
    assert max(grown for _, grown in found.values()) < STATED_MIB, found
