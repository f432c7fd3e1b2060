"""Counts equal errors a minute: from the first after the cap on it is a storm."""

from collections import Counter

from analytics.sampling.policy import Storm
from analytics.sampling.traits import Traits

MINUTE_NS = 60_000_000_000
MOST_KINDS = 20_000  # kinds of errors told apart within a minute; those beyond share one count


class Storms:
    """The current minute's errors by service, route, code and template."""

    def __init__(self) -> None:
        self._minute = 0
        self._errors: Counter[tuple[str, str, str, str]] = Counter()

    def is_over(self, cap: Storm, traits: Traits, at_ns: int) -> bool:
        """Count one error; whether it lies beyond the cap of its minute."""
        if not cap.first_m:
            return False
        if (minute := at_ns // MINUTE_NS) > self._minute:
            self._minute = minute
            self._errors.clear()
        kind = (traits.service, traits.route, traits.error_code, traits.template_id)
        if kind not in self._errors and len(self._errors) >= MOST_KINDS:
            kind = (traits.service, "", "", "")
        self._errors[kind] += 1
        return self._errors[kind] > cap.first_m
