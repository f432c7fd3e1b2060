"""What `watchfloor eval redaction` does: planted secrets and lines without any, cleaned and counted."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from evals.intervals import Score, rare
from evals.redaction.benign import benign
from evals.redaction.corpus import Planted, plant
from evals.redaction.lines import LOGS, log_lines
from evals.redaction.phrases import Phrasebook, built_in, read_phrasebook
from evals.redaction.report import as_markdown
from evals.redaction.scoring import Leak, leaks, touched
from evals.redaction.speed import redaction_rate
from evals.report import circumstances, write_report
from evals.runner import PUBLIC_DATA
from pipeline.redaction import Redactor

SUITE = "redaction"
LEAST_RECALL, MOST_FALSE = 0.99, 0.001
_SHOWN = 20
_TIMED, _TIMED_MOST = 2_000, 20_000  # lines of a file that is timed
_KEY = b"the evaluation's own key"


@dataclass(frozen=True, slots=True)
class Asked:
    """How many secrets of which seed, in which further carriers, and which real lines."""

    seed: int = 1
    secrets: int = 1000
    phrasebook: Path | None = None
    lines: tuple[str, ...] = ()


def run(asked: Asked, out: Path | None, *, now: datetime, say: Callable[[str], None], data: Path = PUBLIC_DATA) -> dict[str, Any]:
    """Plants, cleans and counts; with `out`, writes `eval-redaction.json` and `.md`. A phrasebook's carriers get as many secrets again."""
    book = read_phrasebook(asked.phrasebook) if asked.phrasebook else Phrasebook()
    redactor = Redactor(_KEY)
    planted = plant(asked.seed, asked.secrets, built_in()) + (plant(asked.seed, asked.secrets, book.carriers) if book.carriers else [])
    leaked = leaks(redactor, planted)
    lines = [*benign(asked.seed, asked.secrets), *book.benign]
    changed = touched(redactor, lines)
    real = _real(asked, data, say)
    scores = {"recall": rare(len(planted) - len(leaked), len(planted)), "false_redactions": rare(len(changed), len(lines)), **real.scores}
    report = {
        "suite": SUITE,
        "n": len(planted),
        "seed": asked.seed,
        **circumstances(_command(asked), now).as_json(),
        "scores": {name: score.as_json() for name, score in scores.items()},
        "bars": {"recall": LEAST_RECALL, "false_redactions": MOST_FALSE},
        "kept": _is_kept(scores),
        "real_lines": real.told,
        "lines_per_cpu_s": {"generated": round(redaction_rate(lines)), **real.rates},
        "per_kind": _per(planted, leaked, "kind"),
        "per_shape": _per(planted, leaked, "shape"),
        "leaked": [{"kind": leak.planted.kind, "shape": leak.planted.shape, "left": leak.left.strip()[:400]} for leak in leaked[:_SHOWN]],
        "false": [{"before": before[:300], "after": after[:300]} for before, after in changed[:_SHOWN]],
    }
    if out is not None:
        for path in write_report(report, as_markdown(report), out, f"eval-{SUITE}"):
            say(f"wrote {path}")
    return report


@dataclass(frozen=True, slots=True)
class Real:
    """What was redacted in real log lines: every change counts, also that of a true secret."""

    scores: Mapping[str, Score]
    told: Mapping[str, Any]
    rates: Mapping[str, int] = field(default_factory=dict)


def _real(asked: Asked, data: Path, say: Callable[[str], None]) -> Real:
    folder, globs = (Path(), asked.lines) if asked.lines else (data, LOGS)
    if not asked.lines and not data.is_dir():
        say("real log lines: left out, the public data are not beside the project")
        return Real({}, {"skipped": "the public data are not beside the project"})
    redactor, lines, per_file, rates = Redactor(_KEY), 0, Counter[str](), dict[str, int]()
    for name, held in log_lines(folder, globs):
        lines += len(held)
        per_file[name] += len(touched(redactor, held))
        if len(held) >= _TIMED:
            rates[name] = round(redaction_rate(held[:_TIMED_MOST]))
    changed = per_file.total()
    say(f"real log lines: {changed:,} of {lines:,} changed")
    told = {"lines": lines, "changed": changed, "by_kind": dict(redactor.counts), "files": {name: n for name, n in per_file.items() if n}}
    return Real({"real_lines_changed": rare(changed, lines)}, told, _spread(rates))


def _spread(rates: Mapping[str, int]) -> dict[str, int]:
    """The rates of the slowest and of the median file."""
    ranked = sorted(rates, key=lambda name: rates[name])
    if not ranked:
        return {}
    slowest, median = ranked[0], ranked[len(ranked) // 2]
    return {f"slowest, {slowest}": rates[slowest], f"median, {median}": rates[median]}


def _is_kept(scores: Mapping[str, Score]) -> bool:
    recall, false = scores["recall"].value, scores["false_redactions"].value
    return (recall or 0) >= LEAST_RECALL and (false or 0) <= MOST_FALSE


def _per(planted: Sequence[Planted], leaked: Sequence[Leak], by: str) -> dict[str, dict[str, int]]:
    """Planted and leaked by kind or by shape."""
    n = Counter(getattr(each, by) for each in planted)
    left = Counter(getattr(leak.planted, by) for leak in leaked)
    return {name: {"planted": n[name], "leaked": left[name]} for name in sorted(n)}


def _command(asked: Asked) -> str:
    """The command as reports tell it; of files only their names."""
    book = f" --phrasebook {asked.phrasebook.name}" if asked.phrasebook else ""
    return f"watchfloor eval {SUITE} --seed {asked.seed} --secrets {asked.secrets}{book}"
