"""How long `ask` takes on a large store, with the house as judge."""

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from evals.bench.figures import Figure, p95
from evals.bench.rows import batches, templates
from evals.runtime import BulkRuntime, BulkRuntimeFactory

BAR_MS = 2_000.0
QUESTIONS = (
    "Which services have the highest error rate?",
    "What are the top errors?",
    "How many errors were there in total?",
    "Which errors are new?",
    "What changed?",
    "What changed in the last hour?",
    "Which route is the slowest by p95 latency?",
    "What is the p95 latency of the route /api/v1/orders?",
    "What are the top failing routes?",
    "Which hour was the busiest?",
    "How often was each HTTP status code returned?",
    "How many requests ended with status 404?",
    "Which client downloaded the most bytes?",
    "Which clients look like scanners?",
    "Which user agents sent the most requests?",
    "Which addresses tried to break in over SSH, how often, and did any succeed?",
    "Which account was attacked most over SSH?",
    "Which accounts logged in successfully over SSH?",
    "How many failed password attempts did 10.0.7.7 make?",
    'How many log lines mention "exchange rate"?',
    "Show the log lines that contain deadlock",
    "Which service logs the most?",
    "Which errors does checkout-api have?",
    "Is the service payment-db healthy?",
    "Were there any deploys?",
    "How did the error rate develop over the day?",
    "What was the median latency in the last 15 minutes?",
    "Which URL was requested most often between 10:00 and 11:00?",
)


async def questions_on(rows: int, open_runtime: BulkRuntimeFactory, say: Callable[[str], None], repeats: int = 3) -> tuple[Figure, ...]:
    """Fills a store of its own, asks every question `repeats` times, and gives p95, the cold first round, and the fill rate."""
    with TemporaryDirectory(prefix="watchfloor-bench-") as folder:
        async with open_runtime(Path(folder)) as runtime:
            fill = await _filled(runtime, rows, say)
            rounds = [await _asked(runtime, say if number == 0 else None) for number in range(repeats)]
    everything = [value for times in rounds for value in times]
    how = f"{len(QUESTIONS)} questions x {repeats} on {rows:,} log rows, house, start-up excluded"
    return (
        p95("ask_on_rows", everything, bar=BAR_MS, how=f"p95 of {how}"),
        Figure("ask_on_rows_median", median(everything), "ms", min(everything), max(everything), len(everything), how=f"median of {how}"),
        p95("ask_on_rows_first_round", rounds[0], how=f"p95 of the first round alone; {len(QUESTIONS)} questions"),
        fill,
    )


async def _filled(runtime: BulkRuntime, rows: int, say: Callable[[str], None]) -> Figure:
    await runtime.write_templates(templates())
    written, spent = 0, 0.0
    for batch in batches(rows):
        began = time.perf_counter()
        written += await runtime.write_logs(batch)
        spent += time.perf_counter() - began
        say(f"  {written:,} of {rows:,} rows")
    rate = written / spent
    return Figure("store_rows_per_s", rate, "rows/s", rate, rate, 1, better="higher", how="log records written straight to the store")


async def _asked(runtime: BulkRuntime, say: Callable[[str], None] | None) -> list[float]:
    times = []
    for question in QUESTIONS:
        began = time.perf_counter()
        await runtime.ask({"question": question})
        times.append((time.perf_counter() - began) * 1e3)
        if say:
            say(f"  {times[-1]:7.0f} ms  {question}")
    return times
