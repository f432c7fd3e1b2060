"""The outcome of a suite as JSON and as Markdown."""

import json
import os
import platform
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from domain.window import rfc3339
from evals.grading import GOOD_GROUNDING, Grade
from evals.intervals import Score, average, middle, percentile, rare, share
from evals.markdown import row, shown
from evals.oracle import baselines
from evals.runner import SuiteRun

MEANINGS = {
    "right": "all required facts, nothing forbidden, nothing contradicted, abstains where due",
    "facts_recall": "share of a case's required facts that were published (mean over cases)",
    "contradicted_answers": "answers showing a claim that the evidence or the raw rows contradict",
    "forbidden_answers": "answers stating something a case forbids",
    "abstention": "answers that abstain, where there is no data",
    "false_abstention": "answers that abstain although there are data",
    "well_grounded": f"answers with G >= {GOOD_GROUNDING:.0f}, of those with a checkable claim",
    "seconds": "wall time of an answer (median)",
}
NOTES = (
    "Value [95 % interval]. Shares: Wilson, or Clopper-Pearson near 0 and 1; means and medians: bootstrap over cases.",
    "`none` says nothing, `constant` is the best single answer of this run given to every question, `oracle` states the expected facts.",
)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """When, from which commit, on what kind of machine, by which command."""

    at: datetime
    commit: str
    machine: str
    command: str

    def as_json(self) -> dict[str, str]:
        """As reports carry it."""
        return {"at": rfc3339(self.at.replace(microsecond=0)), "commit": self.commit, "machine": self.machine, "command": self.command}


def circumstances(command: str, at: datetime) -> Circumstances:
    """This moment on this kind of machine; the host is not named."""
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return Circumstances(at, _commit(), machine, command)


def scores(grades: Sequence[Grade]) -> dict[str, Score]:
    """Every metric of MEANINGS over some grades."""
    n = len(grades)
    due = [grade for grade in grades if grade.must_abstain]
    answerable = [grade for grade in grades if not grade.must_abstain]
    grounded = [grade.grounding for grade in grades if grade.grounding is not None]
    return {
        "right": share(sum(grade.is_right for grade in grades), n),
        "facts_recall": average([grade.recall for grade in grades if grade.recall is not None]),
        "contradicted_answers": rare(sum(bool(grade.contradicted) for grade in grades), n),
        "forbidden_answers": rare(sum(bool(grade.forbidden) for grade in grades), n),
        "abstention": rare(sum(grade.abstained for grade in due), len(due)),
        "false_abstention": rare(sum(grade.abstained and not grade.abstention_right for grade in answerable), len(answerable)),
        "well_grounded": share(sum(score >= GOOD_GROUNDING for score in grounded), len(grounded)),
        "seconds": middle([grade.seconds for grade in grades]),
    }


def as_json(run: SuiteRun, told: Circumstances) -> dict[str, Any]:
    """The report: `suite`, `n`, `scores`, `baselines`, `per_group` (by tag) and each case's grade."""
    others = baselines(run)
    return {
        "suite": run.suite.name,
        "n": len(run.grades),
        "seed": run.seed,
        "suite_sha256": run.suite.sha256(),
        **told.as_json(),
        "models": sorted({str(answer.document.get("model", "")) for answer in run.answered} - {""}),
        "scores": _plain(scores(run.grades)),
        "p95_seconds": round(percentile([grade.seconds for grade in run.grades], 95), 3) if run.grades else None,
        "baselines": {name: _plain(scores(grades)) for name, grades in others.items()},
        "per_group": {tag: _plain(scores(grades)) for tag, grades in _by_tag(run.grades).items()},
        "skipped": {world: list(missing) for world, missing in run.skipped.items()},
        "cases": [grade.as_json() for grade in run.grades],
    }


def as_markdown(report: Mapping[str, Any]) -> str:
    """The report for people."""
    head = f"# Suite `{report['suite']}`: {report['n']} questions, judged by {', '.join(report['models']) or 'nobody'}"
    when = f"{report['at']} · commit {report['commit']} · {report['machine']} · `{report['command']}` · seed {report['seed']}"
    names = ["answer", *report["baselines"]]
    columns = [report["scores"], *report["baselines"].values()]
    table = [row(["score", *names]), row(["---"] * (len(names) + 1))]
    table += [row([metric, *(shown(column[metric]) for column in columns)]) for metric in MEANINGS]
    meanings = [f"- **{name}**: {meaning}" for name, meaning in MEANINGS.items()]
    wrong = [_wrong(case) for case in report["cases"] if not case["right"]]
    skipped = [f"- {world}: {', '.join(missing)} not found" for world, missing in report["skipped"].items()]
    return "\n".join([
        head, "", when, "", *table, "", *NOTES, "",
        *meanings, "", "## By group", "", *_groups(report["per_group"]), "",
        "## What was not right", "", *(wrong or ["Nothing."]), "",
        *(["## Worlds left out", "", *skipped, ""] if skipped else []),
    ])  # fmt: skip


def write_report(report: Mapping[str, Any], markdown: str, folder: Path, name: str) -> tuple[Path, Path]:
    """Writes `<name>.json` and `<name>.md` into a folder, made where missing."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = folder / f"{name}.json", folder / f"{name}.md"
    paths[0].write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    paths[1].write_text(markdown, encoding="utf-8")
    return paths


def _commit() -> str:
    """Of this code, wherever it is called from; `-dirty` when files of it are changed."""
    words = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty", "--exclude=*"]
    asked = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 (our own words)
    return asked.stdout.strip() or "unknown"


def _plain(scored: Mapping[str, Score]) -> dict[str, Any]:
    return {name: score.as_json() for name, score in scored.items()}


def _by_tag(grades: Iterable[Grade]) -> dict[str, list[Grade]]:
    groups: dict[str, list[Grade]] = {}
    for grade in grades:
        for tag in grade.tags:
            groups.setdefault(tag, []).append(grade)
    return dict(sorted(groups.items()))


def _groups(groups: Mapping[str, Any]) -> list[str]:
    rows = [row([tag, str(group["right"]["n"]), shown(group["right"]), shown(group["facts_recall"])]) for tag, group in groups.items()]
    return [row(["group", "n", "right", "facts recall"]), row(["---"] * 4), *rows]


def _wrong(case: Mapping[str, Any]) -> str:
    reasons = [f"missing {fact}" for fact in case["missing"]]
    reasons += [f"forbidden {fact}" for fact in case["forbidden"]] + [f"contradicted {name}" for name in case["contradicted"]]
    reasons += [] if case["abstention_right"] else ["abstained" if case["abstained"] else "did not abstain"]
    return f"- **{case['case']}** ({case['found']}/{case['required']} facts): {'; '.join(reasons[:6])}. It said: {case['headline']}"
