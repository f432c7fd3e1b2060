"""What `watchfloor eval similarity` does: embedders side by side on Korean messages."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from domain.ports import Embedder
from domain.window import rfc3339
from evals.markdown import row, shown
from evals.similarity.measures import measured, messages

COLUMNS = ("auc", "top1", "found", "wrongly_found")
NAME = "similarity-ko"
EXPLAINED = (
    "They stand in `evals/similarity/messages.ko.yaml`. AUC: a pair about one incident against a pair about two, its interval by drawing",
    "the incidents anew. top1: the nearest other message is about the same incident. found, wrongly found: pairs at or above .5, from",
    "where on `similar_incidents` shows an earlier one. All are shares with 95 % intervals.",
)


def run(embedders: Sequence[tuple[str, Embedder]], out: Path, now: datetime) -> dict[str, Any]:
    """The table; written to `out` as JSON and as a page."""
    groups = messages()
    rows = [{"arm": arm, **measured(embedder, groups)} for arm, embedder in embedders]
    size = sum(len(texts) for texts in groups.values())
    report = {"command": "watchfloor eval similarity", "at": rfc3339(now), "incidents": len(groups), "messages": size, "rows": rows}
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{NAME}.json").write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    (out / f"{NAME}.md").write_text(page(report), encoding="utf-8")
    return report


def page(report: dict[str, Any]) -> str:
    """The report as Markdown."""
    counted = f"{report['messages']} simulated messages about {report['incidents']} incidents, each told by three people"
    lines = [
        "# Korean messages found again",
        "",
        f"`{report['command']}`, {report['at']}. {counted}.",
        *EXPLAINED,
        "",
        row(("embedder", *COLUMNS)),
        row(("---", *("---:" for _ in COLUMNS))),
        *(row((one["arm"], *(shown(one[name]) for name in COLUMNS))) for one in report["rows"]),
        "",
        "The messages and the glossary have one author, so strangers' messages will be read less well; MiniLM knows English only.",
        "",
    ]
    return "\n".join(lines)
