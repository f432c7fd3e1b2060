"""`watchfloor templates mine`: the log templates of a file as CSV."""

import csv
import io
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analytics.templates import TemplateMiner
from service.commands.ingest import readable
from service.invocation import Invocation


async def mine(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Mine each line as it stands; the template shown is the final one of its group."""
    path: Path = readable(options["file"])
    lines = path.read_text("utf-8", errors="replace").splitlines()  # noqa: ASYNC240 (a one-shot command)
    miner = TemplateMiner()
    ids = [miner.add("", "", line) for line in lines]
    texts = {template.template_id: template.text for template in miner.templates()}
    counts = Counter(ids)
    summary = [{"template_id": name, "template": texts[name], "count": count} for name, count in counts.most_common()]
    document = {"lines": len(lines), "templates_total": len(counts), "templates": summary}
    invocation.show(document, "" if invocation.as_json else _csv(ids, texts))
    return 0


def _csv(ids: list[str], texts: Mapping[str, str]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("line", "template_id", "template"))
    writer.writerows((number, name, texts[name]) for number, name in enumerate(ids, start=1))
    return out.getvalue().rstrip("\n")
