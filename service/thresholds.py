"""The flagger's thresholds: kept with the documents, changed while it runs."""

from collections.abc import Mapping
from dataclasses import asdict

from analytics.flagging import Flagger, Thresholds, thresholds_with
from domain.ports import DocumentKind, Documents

KIND: DocumentKind = "thresholds"
NAME = "flagging"


class KeptThresholds:
    """The thresholds in force: the defaults and what was changed."""

    def __init__(self, documents: Documents, flagger: Flagger) -> None:
        self._documents = documents
        self._flagger = flagger

    async def load(self) -> None:
        """Put the kept ones in force; names that this version does not know are left out."""
        known = asdict(Thresholds())
        kept = {name: float(value) for name, value in (await self._kept()).items() if name in known}
        self._flagger.thresholds = thresholds_with(Thresholds(), kept)

    def current(self) -> Mapping[str, float]:
        """Every threshold by name."""
        return asdict(self._flagger.thresholds)

    async def change(self, changes: Mapping[str, float]) -> Mapping[str, float]:
        """Change some, for the next event on and after a restart too. Raises WrongUseError for what is no threshold."""
        changed = thresholds_with(self._flagger.thresholds, changes)
        await self._documents.put(KIND, NAME, {**await self._kept(), **changes})
        self._flagger.thresholds = changed
        return self.current()

    async def _kept(self) -> Mapping[str, float]:
        return await self._documents.get(KIND, NAME) or {}
