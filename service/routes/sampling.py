"""The sampling policy: read it, try another one on recent traffic, put it in force; and how much is kept."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query

from analytics.sampling.retention import counted, retention
from observability.metrics import Metrics
from pipeline.policies import PolicyBook
from pipeline.policy_document import policy_document
from pipeline.traffic import MOST_MINUTES
from service.parts import Parts

DryRun = Annotated[bool, Query(description="answer what it would have kept, and change nothing")]
Minutes = Annotated[int, Query(description="how far a dry run looks back", ge=1, le=MOST_MINUTES)]


def sampling_routes(parts: Parts) -> APIRouter:
    """The routes of sampling."""
    return routes_of(parts.policies, parts.metrics)


def routes_of(policies: PolicyBook, metrics: Metrics) -> APIRouter:
    """The routes over one policy book and what was counted."""
    router = APIRouter(prefix="/api/sampling", tags=["pipeline"])

    @router.get("/policy", summary="The sampling policy in force")
    async def policy() -> Mapping[str, Any]:
        return policy_document(policies.current)

    @router.put("/policy", summary="Put a sampling policy in force, or with `dry_run` say what it would have kept")
    async def put(body: dict[str, Any], dry_run: DryRun = False, minutes: Minutes = MOST_MINUTES) -> Mapping[str, Any]:
        if dry_run:
            return policies.rehearsal(body, minutes)
        return policy_document(await policies.put(body))

    @router.get("/retention", summary="What was kept since the start, by service and class")
    async def kept() -> Mapping[str, Any]:
        rows = retention(counted(metrics.samples("pipeline_retention_total")))
        rates = {labels["service"]: rate for labels, rate in metrics.samples("pipeline_sampling_rate")}
        return {
            "policy_version": policies.current.version,
            "undecided_requests": metrics.value("pipeline_undecided_requests"),
            "rates": rates,
            "rows": [row.as_json() for row in rows],
        }

    return router
