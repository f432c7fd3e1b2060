"""How many records a second the pipeline takes, a format at a time."""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from domain.telemetry import SEVERITY_NUMBERS
from domain.window import parse_rfc3339, to_nanos
from evals.bench.figures import Figure
from evals.bench.rows import START
from evals.runtime import Runtime, RuntimeFactory
from simulator.world import generate, write

MINUTES = 4 * 1440
REQUEST_RECORDS = 500
FORMATS: dict[str, tuple[str, dict[str, Any]]] = {
    "ndjson logs": ("app.ndjson", {}),
    "ndjson traces": ("traces.ndjson", {"signal": "traces"}),
    "ndjson metrics": ("metrics.ndjson", {"signal": "metrics"}),
    "access log": ("access.log", {"service": "gateway"}),
    "syslog": ("auth.log", {"year": START.year}),
    "otlp json": ("otlp.json", {"format": "otlp-json"}),
    "text": ("plain.log", {"format": "text"}),
}


async def ingest_rates(open_runtime: RuntimeFactory, say: Callable[[str], None]) -> tuple[Figure, ...]:
    """Loads four simulated days, each format from one file, into one store."""
    with TemporaryDirectory(prefix="watchfloor-bench-") as folder:
        raw = Path(folder) / "raw"
        write(generate("sample", 1, MINUTES, START), raw)
        _rewrite(raw)
        data = Path(folder) / "data"
        data.mkdir()
        async with open_runtime(data) as runtime:
            return tuple([await _rate(runtime, raw, name, say) for name in FORMATS])


async def _rate(runtime: Runtime, raw: Path, name: str, say: Callable[[str], None]) -> Figure:
    file, options = FORMATS[name]
    report = await runtime.load(raw / file, options)
    rate = float(report["rows_per_s"])
    say(f"  {rate:9,.0f} rows/s  {name} ({report['accepted']:,} records)")
    how = f"{name}: {report['accepted']:,} records through the whole pipeline"
    return Figure(f"ingest {name}", rate, "rows/s", rate, rate, int(report["accepted"]), better="higher", how=how)


def _rewrite(raw: Path) -> None:
    """The application's log once more as OTLP requests and as plain text."""
    records = [json.loads(line) for line in (raw / "app.ndjson").read_text(encoding="utf-8").splitlines()]
    requests = (json.dumps(_request(some)) for some in _in_groups(records))
    (raw / "otlp.json").write_text("\n".join(requests) + "\n", encoding="utf-8")
    (raw / "plain.log").write_text("".join(map(_plain, records)), encoding="utf-8")


def _in_groups(records: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    left = iter(records)
    while some := list(islice(left, REQUEST_RECORDS)):
        yield some


def _request(records: list[dict[str, Any]]) -> dict[str, Any]:
    scope = {"logRecords": [_otlp(record) for record in records]}
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}
    return {"resourceLogs": [{"resource": resource, "scopeLogs": [scope]}]}


def _otlp(record: dict[str, Any]) -> dict[str, Any]:
    plain = {name: str(record[name]) for name in ("route", "host", "region", "user_id") if name in record}
    return {
        "timeUnixNano": str(to_nanos(parse_rfc3339(record["timestamp"]))),
        "severityNumber": SEVERITY_NUMBERS[record["severity"]],
        "body": {"stringValue": record["body"]},
        "attributes": [{"key": name, "value": {"stringValue": value}} for name, value in plain.items()],
    }


def _plain(record: dict[str, Any]) -> str:
    return f"{record['timestamp'].replace('T', ' ').rstrip('Z')} {record['severity']} [{record['service']}] {record['body']}\n"
