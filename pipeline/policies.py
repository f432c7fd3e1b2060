"""The policy book: the sampling policy in force, kept with the documents and changed while the pipeline runs."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from analytics.sampling.policy import Policy
from analytics.sampling.retention import Retained, retention
from analytics.sampling.rules import Rules
from domain.errors import StoreError, WrongUseError
from domain.ports import DocumentKind, Documents
from pipeline.policy_document import policy_document, policy_of
from pipeline.traffic import MOST_MINUTES, Traffic

log = logging.getLogger(__name__)

KIND: DocumentKind = "sampling"
SHIPPED = Path(__file__).with_name("sampling.yaml")
POLL_S = 2.0
FIRST_VERSION = 1


def shipped_policy(environment: str) -> Policy:
    """The policy that comes with the product. Raises WrongUseError for an environment it does not have."""
    shipped = yaml.safe_load(SHIPPED.read_text("utf-8"))
    if environment not in shipped:
        raise WrongUseError(f"there is no sampling policy for the environment {environment!r}; there are: {', '.join(shipped)}")
    return replace(policy_of(shipped[environment]), environment=environment, version=FIRST_VERSION)


class PolicyBook:
    """The rules in force. One a process; processes that share a database follow one another within POLL_S.

    Without documents nothing is kept.
    """

    def __init__(self, documents: Documents | None, policy: Policy) -> None:
        self._documents = documents
        self.rules = Rules(policy)
        self.traffic = Traffic()

    @property
    def current(self) -> Policy:
        """The policy in force."""
        return self.rules.policy

    async def load(self) -> None:
        """Put the kept policy in force, if there is one. Raises WrongUseError when it cannot be read, StoreError."""
        kept = await self._kept()
        if kept is not None and kept.version != self.current.version:
            self.rules = Rules(kept)

    async def put(self, document: Mapping[str, Any]) -> Policy:
        """Put a policy in force and keep it. Raises WrongUseError for what is no policy, and for one made from an older version."""
        wanted = self.candidate(document)
        latest = max((await self._kept() or self.current).version, self.current.version)
        if wanted.version not in {0, latest}:
            raise WrongUseError(f"the policy was made from version {wanted.version!r}, but {latest!r} is in force; read it again and redo")
        policy = replace(wanted, version=latest + 1)
        if self._documents is not None:
            await self._documents.put(KIND, policy.environment, policy_document(policy))
        self.rules = Rules(policy)
        log.info("sampling.policy_changed", extra={"policy_version": policy.version, "environment": policy.environment})
        return policy

    def candidate(self, document: Mapping[str, Any]) -> Policy:
        """The policy of a document, without putting it in force. Raises WrongUseError naming the field that is wrong."""
        return replace(policy_of(document), environment=self.current.environment)

    def rehearsal(self, document: Mapping[str, Any], minutes: int = MOST_MINUTES) -> dict[str, Any]:
        """What a policy would have kept of the traffic of the last minutes, beside what the one in force would keep; nothing is changed.

        Expected events, by service and class; incidents, storms and backlog are not played back. Raises WrongUseError.
        """
        if not 1 <= minutes <= MOST_MINUTES:
            raise WrongUseError(f"a dry run looks back between 1 and {MOST_MINUTES} minutes, not {minutes!r}")
        candidate = self.candidate(document)
        then, now = (retention(self.traffic.outcomes(rules, frozenset(), minutes)) for rules in (Rules(candidate), self.rules))
        shares = {(row.service, row.kind): row.share for row in now}
        rows = [{**row.as_json(), "share_now": round(shares.get((row.service, row.kind), 1.0), 4)} for row in then]
        return {"policy": policy_document(candidate), "minutes": minutes, **_shares(then, now), "rows": rows}

    async def refresh(self) -> None:
        """As `load`, but what cannot be read leaves the policy in force."""
        try:
            await self.load()
        except (StoreError, WrongUseError) as error:
            log.warning("sampling.policy_unread", extra={"policy_version": self.current.version, "error": str(error)})

    async def follow(self, every_s: float = POLL_S) -> None:
        """Refresh for ever."""
        while True:
            await asyncio.sleep(every_s)
            await self.refresh()

    async def _kept(self) -> Policy | None:
        document = await self._documents.get(KIND, self.current.environment) if self._documents is not None else None
        return None if document is None else self.candidate(document)


def _shares(then: Sequence[Retained], now: Sequence[Retained]) -> dict[str, float]:
    return {
        name: sum(row.kept for row in rows) / (sum(row.seen for row in rows) or 1) for name, rows in (("share", then), ("share_now", now))
    }
