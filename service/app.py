"""The HTTP application: routes over wired parts, behind the loopback guard."""

from fastapi import FastAPI

from service.guard import LoopbackGuard
from service.parts import Parts
from service.problems import install_problems
from service.routes.alerts import alert_routes
from service.routes.archive import archive_routes
from service.routes.audit import audit_routes
from service.routes.briefings import briefing_routes
from service.routes.chat import chat_routes, run_routes
from service.routes.evidence import evidence_routes
from service.routes.incidents import incident_routes
from service.routes.intake import intake_routes
from service.routes.investigate import investigate_routes
from service.routes.knowledge import knowledge_routes
from service.routes.letters import letter_routes
from service.routes.monitoring import monitoring_routes
from service.routes.pipeline import pipeline_routes
from service.routes.pushed import pushed_routes
from service.routes.sampling import sampling_routes
from service.routes.status import mount_page, status_routes

ROUTES = (
    chat_routes,
    run_routes,
    evidence_routes,
    audit_routes,
    intake_routes,
    pushed_routes,
    investigate_routes,
    incident_routes,
    alert_routes,
    knowledge_routes,
    briefing_routes,
    monitoring_routes,
    pipeline_routes,
    letter_routes,
    archive_routes,
    sampling_routes,
    status_routes,
)
DESCRIPTION = "Operations questions answered with claims that code has recomputed from evidence."


def build_app(parts: Parts, version: str) -> FastAPI:
    """The application over parts that somebody else opened and will close."""
    app = FastAPI(title="Watchfloor", version=version, description=DESCRIPTION, docs_url=None, redoc_url=None)
    for routes in ROUTES:
        app.include_router(routes(parts))
    mount_page(app, parts.settings.language)
    install_problems(app)
    app.add_middleware(LoopbackGuard)
    return app
