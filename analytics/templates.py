"""Online log-template miner: masks, an exact cache, then a Drain tree for each service and level."""

import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from analytics.masks import BLANK, Tokens, blanked, is_blank, text_of
from domain.telemetry import LogTemplate

MAX_TEMPLATES = 4_000
SIMILARITY = 0.6
_TREE_DEPTH = 2
_KEY_HEAD = 3
_WORD_PENALTY = 2.0
_SIBLINGS_TO_WIDEN = 4
_SIBLINGS_TO_WIDEN_HEAD = 8  # first words tell messages apart, so more evidence is asked for
_MIN_TOKENS_TO_WIDEN = 3
_CACHE_LIMIT = 50_000
_BUCKET_LIMIT = 64
_EVICTED_SHARE = 10

_WORD = re.compile(r" ?[A-Za-z]+[.:,;!]?")
_NAMING = frozenset({"user", "username", "account", "host", "hostname", "login"})

Key = tuple[str, ...]


@dataclass(slots=True, eq=False)
class _Cluster:
    """A growing template; `into` is set when a wider one has taken it over."""

    template_id: str
    service: str
    severity: str
    tokens: list[str]
    key: Key
    into: "_Cluster | None" = None

    def last(self) -> "_Cluster":
        cluster = self
        while cluster.into is not None:
            cluster = cluster.into
        return cluster

    def as_template(self) -> LogTemplate:
        return LogTemplate(self.template_id, self.service, self.severity, text_of(self.last().tokens))


class TemplateMiner:
    """Gives each log body the id of its template, in bounded memory: the least used templates are forgotten.

    Ids are stable: the same lines in the same order, or a miner seeded with the templates of an earlier one, give the same ids.

    Method: Drain (He et al., ICWS 2017) with masked sub-word tokens, and two changes: a differing plain word counts
    against a match, and templates that differ in one word only become one (from four on; eight when it is a first word).
    """

    def __init__(self, seed: Iterable[LogTemplate] = (), max_templates: int = MAX_TEMPLATES) -> None:
        self._max_templates = max_templates
        self._words = Tokens()
        self._cache: dict[tuple[str, str, str], _Cluster] = {}
        self._tree: dict[Key, list[_Cluster]] = {}
        self._heads: dict[tuple[Key, int, Key], list[_Cluster]] = {}
        self._clusters: OrderedDict[str, _Cluster] = OrderedDict()
        self._changed: dict[str, _Cluster] = {}
        for template in seed:
            self._plant(template)

    def add(self, service: str, severity: str, body: str) -> str:
        """The template id of a body; its template may grow a blank by it."""
        cluster = self._cache.get((service, severity, body))
        if cluster is None:
            cluster = self._match(service, severity, self._words.of(body))
            self._remember((service, severity, body), cluster)
        cluster = cluster.last()
        self._clusters.move_to_end(cluster.template_id)
        return cluster.template_id

    def templates(self) -> tuple[LogTemplate, ...]:
        """Every template known now, least recently used first."""
        return tuple(cluster.as_template() for cluster in self._clusters.values())

    def take_changed(self) -> tuple[LogTemplate, ...]:
        """Templates that are new or worded anew since the last call."""
        changed = tuple(cluster.as_template() for cluster in self._changed.values())
        self._changed.clear()
        return changed

    def final_id(self, template_id: str) -> str:
        """The id that lines of a template get now, if a wider one has taken it over since the last `take_changed`."""
        cluster = self._clusters.get(template_id) or self._changed.get(template_id)
        return cluster.last().template_id if cluster else template_id

    def _plant(self, template: LogTemplate) -> None:
        tokens = self._words.of_template(template.text)
        key = _key(template.service, template.severity, tokens)
        cluster = _Cluster(template.template_id, template.service, template.severity, list(tokens), key)
        self._insert(cluster)

    def _match(self, service: str, severity: str, tokens: tuple[str, ...]) -> _Cluster:
        key = _key(service, severity, tokens)
        found = self._found(key, tokens)
        if found is not None:
            self._widen(found, tokens)
            return found
        template_id = _identity(service, severity, text_of(tokens))
        known = self._clusters.get(template_id)
        if known is not None:
            return known
        cluster = _Cluster(template_id, service, severity, list(tokens), key)
        self._insert(cluster)
        self._changed[template_id] = cluster
        return self._join_siblings(cluster)

    def _found(self, key: Key, tokens: tuple[str, ...]) -> _Cluster | None:
        for near in _keys_near(key):
            bucket = self._tree.get(near)
            if bucket and (found := _nearest(bucket, tokens)) is not None:
                return found
        return None

    def _widen(self, cluster: _Cluster, tokens: tuple[str, ...]) -> None:
        for position, (ours, theirs) in enumerate(zip(cluster.tokens, tokens, strict=True)):
            if ours != theirs and not is_blank(ours):
                cluster.tokens[position] = blanked(ours)
                self._changed[cluster.template_id] = cluster

    def _join_siblings(self, cluster: _Cluster) -> _Cluster:
        if len(cluster.tokens) < _MIN_TOKENS_TO_WIDEN:
            return cluster
        within = _siblings(cluster, self._tree[cluster.key])
        enough = [(position, siblings) for position, siblings in within.items() if len(siblings) + 1 >= _SIBLINGS_TO_WIDEN]
        heads = self._siblings_by_head(cluster)
        enough += [(position, siblings) for position, siblings in heads if len(siblings) + 1 >= _SIBLINGS_TO_WIDEN_HEAD]
        if not enough:
            return cluster
        position, siblings = enough[0]
        return self._take_over(siblings[0], [*siblings[1:], cluster], position)

    def _siblings_by_head(self, cluster: _Cluster) -> list[tuple[int, list[_Cluster]]]:
        """Templates in other branches of the tree that differ in one of the tokens that choose the branch."""
        found: list[tuple[int, list[_Cluster]]] = []
        for position, key in _head_keys(cluster):
            known = [other for other in self._heads.get(key, []) if other.into is None and (position, key) in _head_keys(other)]
            self._heads[key] = [*known, cluster]
            found.append((position, known))
        return found

    def _take_over(self, first: _Cluster, others: list[_Cluster], position: int) -> _Cluster:
        for other in others:
            other.into = first
            self._drop(other)
        self._drop(first)
        first.tokens[position] = blanked(first.tokens[position])
        first.key = _key(first.service, first.severity, first.tokens)
        self._insert(first)
        self._changed.update({cluster.template_id: cluster for cluster in (first, *others)})
        return first

    def _insert(self, cluster: _Cluster) -> None:
        if len(self._clusters) >= self._max_templates:
            self._forget_least_used()
        self._tree.setdefault(cluster.key, []).append(cluster)
        self._clusters[cluster.template_id] = cluster

    def _forget_least_used(self) -> None:
        for template_id in list(self._clusters)[: max(1, self._max_templates // _EVICTED_SHARE)]:
            self._drop(self._clusters[template_id])
        self._cache.clear()
        self._heads.clear()

    def _drop(self, cluster: _Cluster) -> None:
        del self._clusters[cluster.template_id]
        bucket = self._tree[cluster.key]
        bucket.remove(cluster)
        if not bucket:
            del self._tree[cluster.key]

    def _remember(self, line: tuple[str, str, str], cluster: _Cluster) -> None:
        if len(self._cache) >= _CACHE_LIMIT:
            self._cache.clear()
        self._cache[line] = cluster


def mine(lines: Iterable[str]) -> Iterator[tuple[int, str, str]]:
    """Rows (line number from 1, template id, template) of a whole text; lines are grouped by what was learnt at its end."""
    miner = TemplateMiner()
    ids = [miner.add("", "", line) for line in lines]
    finals = {template_id: miner.final_id(template_id) for template_id in set(ids)}
    texts = {template.template_id: template.text for template in (*miner.take_changed(), *miner.templates())}
    for number, template_id in enumerate(ids, start=1):
        final = finals[template_id]
        yield number, final, texts[final]


def _key(service: str, severity: str, tokens: Sequence[str]) -> Key:
    head = (BLANK if BLANK in token else token for token in tokens[:_TREE_DEPTH])
    return (service, severity, str(len(tokens)), *head)


def _keys_near(key: Key) -> Iterator[Key]:
    """The branch of a line, then those where one of its first tokens is a blank."""
    yield key
    for position in range(_KEY_HEAD, len(key)):
        if key[position] != BLANK:
            yield (*key[:position], BLANK, *key[position + 1 :])


def _head_keys(cluster: _Cluster) -> list[tuple[int, tuple[Key, int, Key]]]:
    tokens, owner = tuple(cluster.tokens), cluster.key[:_KEY_HEAD]
    return [
        (position, (owner, position, (*tokens[:position], BLANK, *tokens[position + 1 :])))
        for position in range(min(_TREE_DEPTH, len(tokens)))
        if BLANK not in tokens[position]
    ]


def _identity(service: str, severity: str, text: str) -> str:
    return "T" + blake2b(f"{service}\0{severity}\0{text}".encode(errors="replace"), digest_size=6).hexdigest()


def _nearest(bucket: list[_Cluster], tokens: tuple[str, ...]) -> _Cluster | None:
    # A full bucket takes the nearest whatever its likeness: text without a pattern must not cost more and more.
    best, most = None, SIMILARITY * len(tokens) if len(bucket) < _BUCKET_LIMIT else float("-inf")
    for cluster in bucket:
        score = _likeness(cluster.tokens, tokens)
        if score >= most and (best is None or score > most):
            best, most = cluster, score
    return best


def _likeness(template: list[str], tokens: tuple[str, ...]) -> float:
    score, before = 0.0, ""
    for ours, theirs in zip(template, tokens, strict=True):
        if ours == theirs:
            score += 1
        elif not is_blank(ours) and _WORD.fullmatch(ours) and _WORD.fullmatch(theirs) and not _introduces_a_value(before):
            score -= _WORD_PENALTY
        before = theirs
    return score


def _introduces_a_value(token: str) -> bool:
    return token.endswith("=") or token.strip(" :").lower() in _NAMING


def _siblings(cluster: _Cluster, bucket: list[_Cluster]) -> dict[int, list[_Cluster]]:
    found: dict[int, list[_Cluster]] = {}
    for other in bucket:
        differing = [at for at, pair in enumerate(zip(other.tokens, cluster.tokens, strict=True)) if pair[0] != pair[1]]
        if len(differing) == 1:
            found.setdefault(differing[0], []).append(other)
    return found
