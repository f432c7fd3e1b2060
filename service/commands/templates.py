"""`watchfloor templates mine`: the log templates of a file as CSV."""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from grounding.sanitising import spreadsheet
from pipeline.mining import mine_file
from pipeline.report import LoadOptions
from pipeline.source import Source
from service.commands.ingest import readable
from service.invocation import Invocation
from service.wiring import otlp_decoder

Row = tuple[int, str, str]


async def mine(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Mine a file's records, parsed as `ingest` would; the template shown is the final one of its group."""
    rows = list(mine_file(Source.of_path(readable(options["file"])), LoadOptions(), otlp_decoder()))
    counts = Counter((name, text) for _, name, text in rows)
    summary = [{"template_id": name, "template": text, "count": count} for (name, text), count in counts.most_common()]
    document = {"records": len(rows), "templates_total": len(counts), "templates": summary}
    invocation.show(document, "" if invocation.as_json else _csv(rows))
    return 0


def _csv(rows: Sequence[Row]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("line", "template_id", "template"))
    writer.writerows(map(spreadsheet, row) for row in rows)
    return out.getvalue().rstrip("\n")
