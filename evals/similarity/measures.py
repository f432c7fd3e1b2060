"""How well an embedder tells messages of one incident from messages of others."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml
from scipy.stats import mannwhitneyu

from domain.ports import Embedder
from evals.intervals import Score, share

RESAMPLES, SEED = 1_000, 20_261_121
FOUND_FROM = 0.5  # from which similarity on `similar_incidents` shows an earlier one
Matrix = npt.NDArray[np.float64]


def messages() -> Mapping[str, Sequence[str]]:
    """The messages by incident."""
    text = files("evals.similarity").joinpath("messages.ko.yaml").read_text(encoding="utf-8")
    loaded: Mapping[str, Sequence[str]] = yaml.safe_load(text)
    return loaded


def measured(embedder: Embedder, groups: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """AUC of pairs of one incident against pairs of two (bootstrap over incidents), top-1 and recall at the product's bound (Wilson)."""
    names = [name for name, texts in groups.items() for _ in texts]
    similar = _similarities(embedder.embed([text for texts in groups.values() for text in texts]))
    pairs = list(combinations(range(len(names)), 2))
    same = [similar[i, j] for i, j in pairs if names[i] == names[j]]
    other = [similar[i, j] for i, j in pairs if names[i] != names[j]]
    np.fill_diagonal(similar, -np.inf)
    hits = sum(names[int(row.argmax())] == name for row, name in zip(similar, names, strict=True))
    return {
        "embedder": embedder.name,
        "auc": _auc_score(similar, names).as_json(),
        "top1": share(hits, len(names)).as_json(),
        "found": share(sum(one >= FOUND_FROM for one in same), len(same)).as_json(),
        "wrongly_found": share(sum(one >= FOUND_FROM for one in other), len(other)).as_json(),
    }


def _similarities(vectors: Sequence[Sequence[float]]) -> Matrix:
    rows = np.asarray(vectors, np.float64)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True) + 1e-12
    product: Matrix = rows @ rows.T
    return product


def _auc_score(similar: Matrix, names: Sequence[str]) -> Score:
    """The AUC with the 95 % interval of drawing the incidents anew."""
    random = np.random.default_rng(SEED)
    groups = [np.flatnonzero(np.asarray(names) == name) for name in dict.fromkeys(names)]
    draws = (random.integers(0, len(groups), len(groups)) for _ in range(RESAMPLES))
    drawn = [_drawn_auc(similar, groups, draw) for draw in draws if len(set(draw)) > 1]
    low, high = np.quantile(drawn, (0.025, 0.975))
    return Score(_drawn_auc(similar, groups, np.arange(len(groups))), float(low), float(high), len(groups))


def _drawn_auc(similar: Matrix, groups: Sequence[npt.NDArray[np.int64]], drawn: npt.NDArray[np.int64]) -> float:
    within = [similar[i, j] for g in drawn for i, j in combinations(groups[g], 2)]
    across = [similar[np.ix_(groups[a], groups[b])].ravel() for a, b in combinations(drawn, 2) if a != b]
    between = np.concatenate(across)
    return float(mannwhitneyu(within, between).statistic / (len(within) * len(between)))
