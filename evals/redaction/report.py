"""The report of planted secrets as Markdown."""

from collections.abc import Iterator, Mapping
from typing import Any

from evals.markdown import row as cells

MEANINGS = {
    "recall": "planted secrets of which nothing is left in any field: no half of it, no 16 letters in a row",
    "false_redactions": "lines without a secret that came back changed",
    "real_lines_changed": "public log lines that came back changed; true secrets in them (web tokens, cookies, session ids) count too",
}


def as_markdown(report: Mapping[str, Any]) -> str:
    """Scores, kinds, shapes, and what went wrong."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Mapping[str, Any]) -> Iterator[str]:
    yield f"# Suite `redaction`: {report['n']} planted secrets"
    yield f"\n{report['at']} · commit {report['commit']} · {report['machine']} · `{report['command']}` · seed {report['seed']}\n"
    yield _row("score", "value", "95 % interval", "n")
    yield _row("---", "---", "---", "---")
    for name, score in report["scores"].items():
        yield _row(name, score["value"], f"{score['low']} to {score['high']}", score["n"])
    yield f"\nBars: recall at least {report['bars']['recall']}, false redactions at most {report['bars']['false_redactions']}.\n"
    yield from (f"- **{name}**: {meaning}" for name, meaning in MEANINGS.items() if name in report["scores"])
    yield f"\nReal log lines: {_told(report['real_lines'])}"
    rates = "; ".join(f"{name}: {rate:,}" for name, rate in report["lines_per_cpu_s"].items())
    yield f"\nLines a second of one core's time, as log records in batches of 500, best of three rounds: {rates}."
    for title, by in (("kind", "per_kind"), ("shape", "per_shape")):
        yield f"\n{_row(title, 'planted', 'leaked')}\n{_row('---', '---', '---')}"
        yield from (_row(name, held["planted"], held["leaked"]) for name, held in report[by].items())
    yield from (f"\nLeaked ({leak['kind']}, {leak['shape']}):\n\n    {leak['left']!r}" for leak in report["leaked"])
    yield from (f"\nFalse:\n\n    {pair['before']!r}\n    {pair['after']!r}" for pair in report["false"])


def _row(*held: object) -> str:
    return cells(map(str, held))


def _told(real: Mapping[str, Any]) -> str:
    if "skipped" in real:
        return f"left out, {real['skipped']}."
    kinds = ", ".join(f"{kind} {n}" for kind, n in sorted(real["by_kind"].items(), key=lambda item: -item[1]))
    return f"{real['changed']} of {real['lines']} changed; secrets by kind: {kinds or 'none'}. They stand in {len(real['files'])} files."
