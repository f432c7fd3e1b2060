"""How each service did: from traces where it left any, else from its logs."""

from collections.abc import Iterator

from agents.briefing.dossier import Dossier, before, indexed
from domain.briefing import Health, ServiceHealth
from domain.claims import Claim
from domain.evidence import Evidence
from domain.window import Window
from grounding.quantity import rounded
from tools.candidates import claims, row_quantity

# Down: half or more of twenty requests or more failed. Degraded: a twentieth or more, at least three, or a spell of failure.
DOWN, LEAST_REQUESTS = 0.5, 20
DEGRADED, LEAST_FAILURES = 0.05, 3
# Who left fewer records the period before may be silent by chance.
LEAST_RECORDS = 20
TRACES, LOGS, TIMES = "span_latency_by_service", "error_rate_by_service", "latency_by_service"


def service_health(dossier: Dossier) -> tuple[ServiceHealth, ...]:
    """Every service that answered or logged in the period, the worst first; silent ones left twenty records the period before and none."""
    seen = {health.service: health for health in (*_from_logs(dossier), *_from_traces(dossier))}
    missing = (
        sorted(_stored(dossier, before(dossier.period), LEAST_RECORDS) - _stored(dossier, dossier.period)) if dossier.has_before else []
    )
    silent = [ServiceHealth(name, "silent", None, None) for name in missing]
    order: tuple[Health, ...] = ("down", "silent", "degraded", "ok")
    return tuple(sorted((*seen.values(), *silent), key=lambda one: (order.index(one.state), -(one.error_ratio or 0.0), one.service)))


def health_claims(dossier: Dossier) -> tuple[Claim, ...]:
    """The error rate of every service that is not well."""
    return tuple(
        claim for health in service_health(dossier) if health.evidence and health.state != "ok" for claim in _stated(health, dossier)
    )


def _stated(health: ServiceHealth, dossier: Dossier) -> Iterator[Claim]:
    evidence = next(item for item in dossier.evidence if item.id == health.evidence)
    index = int(health.path.removeprefix("rows[").removesuffix("]"))
    column = evidence.column("error_rate")
    if column:
        made = claims([row_quantity(evidence, index, column)], evidence)
        yield from (Claim(f"{evidence.id}.health.{index}", one.kind, one.slots, one.bind, one.text, agent="briefer") for one in made)


def _from_traces(dossier: Dossier) -> Iterator[ServiceHealth]:
    found = dossier.of(TRACES)
    for index, row in indexed(found):
        if found:
            yield _health(found, index, (row["calls"], row["errors"], row["p95_ms"]), dossier)


def _from_logs(dossier: Dossier) -> Iterator[ServiceHealth]:
    times = {row["service"]: row["p95_ms"] for row in dossier.rows(TIMES)}
    found = dossier.of(LOGS)
    for index, row in indexed(found):
        if found:
            yield _health(found, index, (row["events"], row["errors"], times.get(row["service"])), dossier)


def _health(evidence: Evidence, index: int, counted: tuple[int, int, float | None], dossier: Dossier) -> ServiceHealth:
    (requests, failures, p95), service = counted, evidence.rows[index]["service"]
    return ServiceHealth(
        service=service,
        state=_state(service, requests, failures, dossier),
        error_ratio=rounded(failures / requests, exact=False) if requests else None,
        p95_ms=None if p95 is None else rounded(p95, exact=False),
        requests=requests,
        failures=failures,
        source="traces" if evidence.template == TRACES else "logs",
        evidence=evidence.id,
        path=f"rows[{index}]",
    )


def _state(service: str, requests: int, failures: int, dossier: Dossier) -> Health:
    if requests >= LEAST_REQUESTS and failures >= DOWN * requests:
        return "down"
    has_spell = any(row["service"] == service for row in dossier.rows("failing_spells"))
    is_failing = failures >= LEAST_FAILURES and failures >= DEGRADED * requests
    return "degraded" if has_spell or is_failing else "ok"


def _stored(dossier: Dossier, window: Window, least: int = 1) -> set[str]:
    """The services of which so many records are stored, metrics too."""
    return {row["service"] for row in dossier.rows("data_overview", window) if row["records"] >= least}
