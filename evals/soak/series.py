"""What running processes take, read from /proc every few seconds, and whether it grows."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean, median
from typing import Any

from scipy import stats

from evals.intervals import percentile
from evals.soak.parts import Part, Plant
from observability.metrics import TRACED

MB, HOUR_S = 1e6, 3_600.0
BLOCK = 6  # samples that are averaged before a slope is fitted: neighbours are not independent
FEWEST = 30
SPARED = 1 / 3  # of the time, at the beginning: what is filled once is no leak
_TICKS, _PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at the owner of the store and at its queue.

    `rss_mb`, `rss_least_mb`: mean and least of its resident memory since the last look; `traced_mb`: least of what Python's own
    objects took, where that is traced. `cpu_s`: CPU seconds of all parts so far.
    """

    at_s: float
    rss_mb: float
    rss_least_mb: float
    queue_rss_mb: float
    descriptors: int
    parts: int
    depth: int
    records: int
    oldest_s: float
    ack_p50_ms: float
    ack_p99_ms: float
    cpu_s: float
    traced_mb: float | None = None

    def as_json(self) -> dict[str, Any]:
        """As reports carry it."""
        return {name: round(value, 2) for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, slots=True)
class Memory:
    """What a part takes at one moment: resident, and of it Python's own objects where that is traced."""

    rss_mb: float
    traced_mb: float | None = None


def memory(part: Part, *, is_traced: bool) -> Memory:
    """Look now. Raises WatchfloorError when the part is gone."""
    return Memory(rss_mb(part.pid), part.figure(TRACED) / MB if is_traced else None)


def sample(plant: Plant, at_s: float, ack_ms: Sequence[float], looks: Sequence[Memory]) -> Sample:
    """Look now; acknowledgements and looks at memory are those since the last one. Raises WatchfloorError when the owner is gone."""
    pids = [part.pid for part in plant.parts.values()]
    queue = plant.queue.pid if plant.queue else 0
    status = plant.owner.status()
    return Sample(
        at_s=at_s,
        rss_mb=fmean(one.rss_mb for one in looks),
        rss_least_mb=min(one.rss_mb for one in looks),
        queue_rss_mb=rss_mb(queue),
        descriptors=descriptors(plant.owner.pid),
        parts=parts_of(plant.owner.folder / "telemetry"),
        depth=int(status.get("depth", -1)),
        records=int(status.get("records", -1)),
        oldest_s=plant.owner.figure("pipeline_oldest_age_seconds"),
        ack_p50_ms=percentile(ack_ms, 50) if ack_ms else 0.0,
        ack_p99_ms=percentile(ack_ms, 99) if ack_ms else 0.0,
        cpu_s=sum(cpu_s(pid) for pid in (*pids, queue)),
        traced_mb=min((one.traced_mb for one in looks if one.traced_mb), default=None),
    )


def rss_mb(pid: int) -> float:
    """Resident memory of a process; 0 when it is gone."""
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE / MB
    return 0.0


def cpu_s(pid: int) -> float:
    """CPU seconds of a process, in user mode and in the kernel; 0 when it is gone."""
    with suppress(OSError):
        words = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / _TICKS
    return 0.0


def descriptors(pid: int) -> int:
    """Open file descriptors of a process; 0 when it is gone."""
    with suppress(OSError):
        return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    return 0


def parts_of(telemetry: Path) -> int:
    """Data parts that lie in an embedded store, those that were merged away and not deleted yet among them."""
    return sum(1 for _ in telemetry.glob("store/*/*/*/checksums.txt"))


@dataclass(frozen=True, slots=True)
class Slope:
    """Growth an hour with its 95 % interval (least squares over means of a minute, Student's t)."""

    value: float
    low: float
    high: float

    def as_json(self) -> dict[str, float]:
        """As reports carry it."""
        return {name: round(value, 3) for name, value in asdict(self).items()}


def slope(samples: Sequence[Sample], name: str) -> Slope | None:
    """How fast a figure grew an hour, without the first third of the time; None for less than four blocks."""
    settled = [one for one in samples if one.at_s >= samples[-1].at_s * SPARED and getattr(one, name) is not None]
    blocks = list(_blocks(settled, name))
    if len(blocks) < 4:  # noqa: PLR2004 (a line through fewer has no interval to speak of)
        return None
    fitted = stats.linregress([at for at, _ in blocks], [value for _, value in blocks])
    reach = float(stats.t.ppf(0.975, len(blocks) - 2)) * float(fitted.stderr)
    return Slope(float(fitted.slope), float(fitted.slope) - reach, float(fitted.slope) + reach)


def _blocks(samples: Sequence[Sample], name: str) -> Iterator[tuple[float, float]]:
    for first in range(0, len(samples) - BLOCK + 1, BLOCK):
        block = samples[first : first + BLOCK]
        yield fmean(one.at_s for one in block) / HOUR_S, fmean(getattr(one, name) for one in block)


def is_flat(samples: Sequence[Sample], name: str, most: float) -> bool:
    """Whether the last third's median is no more than the second's, but for a tenth or `most`. Less than 30 samples say nothing."""
    if len(samples) < FEWEST:
        return True
    third = samples[-1].at_s / 3
    middle, last = (median(getattr(one, name) for one in samples if low <= one.at_s <= high) for low, high in _thirds(third))
    return bool(last <= middle + max(most, 0.1 * middle))


def _thirds(third: float) -> tuple[tuple[float, float], tuple[float, float]]:
    return (third, 2 * third), (2 * third, 3 * third)


def chart(samples: Sequence[Sample], names: Mapping[str, str]) -> str:
    """Figures over time as SVG, each of them on its own scale from 0 to its highest; `names` gives each a colour."""
    width, height, left = 800, 240, 10
    long_s = max(samples[-1].at_s, 1.0)
    lines = []
    for row, (name, colour) in enumerate(names.items()):
        top = max(getattr(one, name) for one in samples) or 1.0
        points = " ".join(
            f"{left + width * one.at_s / long_s:.1f},{height - (height - 20) * getattr(one, name) / top:.1f}" for one in samples
        )
        lines.append(f'<polyline fill="none" stroke="{colour}" points="{points}"/>')
        lines.append(f'<text x="{left}" y="{height + 18 + 16 * row}" fill="{colour}">{name}: 0 to {top:,.1f}</text>')
    box = f"0 0 {width + 20} {height + 30 + 16 * len(names)}"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" font-size="13" font-family="sans-serif">'
    end = f'<text x="{width - 60}" y="{height + 18}">{long_s / 60:.0f} min</text>'
    return "\n".join([head, '<rect width="100%" height="100%" fill="white"/>', *lines, end, "</svg>", ""])
