"""The HTTP process: what it is made of, and its start and end."""

import importlib.util
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from api.body_limit import BodyLimit
from api.dependencies import Parts
from api.problems import MEDIA_TYPE, Problem, add_problem_handlers, name_media_type
from api.routes import (
    audit,
    calendar,
    circulars,
    clock,
    dispatches,
    evidence,
    figures,
    health,
    hops,
    inbox,
    intake,
    letters,
    mails,
    plans,
    posts,
    registers,
    search,
)
from api.tokens import TokenVerifier
from infra.database import create_engine, create_sessions
from infra.file_store import FolderFileStore
from infra.settings import Settings
from infra.token_keys import FileKeys, KeySource, RemoteKeys

MAX_BODY_BYTES = 1024 * 1024

_DESCRIPTION = """
Carries an official Thai circular (หนังสือเวียน) down the tiers of government and brings the
acknowledgments back. Every POST needs an `Idempotency-Key`; every error is a problem document
(RFC 9457) with a stable `code`; instants carry an offset and years are Gregorian.
"""


class Wian(FastAPI):
    """The application, with an OpenAPI page that names the media type of its problems."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI page."""
        return name_media_type(super().openapi())


def create_app(settings: Settings | None = None) -> FastAPI:
    """Build the application; with uvicorn: `uvicorn --factory api.main:create_app`."""
    settings = settings or Settings()
    app = Wian(
        title="Wian (เวียน)",
        version="0.1.0",
        description=_DESCRIPTION,
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.settings = settings
    app.add_middleware(
        BodyLimit, usual=MAX_BODY_BYTES, below={"/v1/files/": letters.MAX_FILE_BYTES}
    )
    add_problem_handlers(app)
    app.include_router(health.router)
    app.include_router(_versioned())
    _add_docs(app)
    return app


def _versioned() -> APIRouter:
    answers: dict[int | str, dict[str, Any]] = {
        status: {"model": Problem, "content": {MEDIA_TYPE: {}}}
        for status in (400, 401, 403, 404, 409, 413, 422, 503)
    }
    router = APIRouter(prefix="/v1", responses=answers)
    for part in (
        letters,
        dispatches,
        plans,
        clock,
        hops,
        inbox,
        circulars,
        registers,
        posts,
        calendar,
        mails,
        figures,
        audit,
        evidence,
        search,
        intake,
    ):
        router.include_router(part.router)
    return router


def _add_docs(app: FastAPI) -> None:
    # The page's script and style come from an installed package: an office may have no internet.
    found = importlib.util.find_spec("swagger_ui")
    if found is None or found.origin is None:
        raise RuntimeError("swagger-ui-py is not installed")
    app.mount("/docs/static", StaticFiles(directory=Path(found.origin).parent / "static"))

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url="/openapi.json",
            title="Wian (เวียน)",
            swagger_js_url="/docs/static/swagger-ui-bundle.js",
            swagger_css_url="/docs/static/swagger-ui.css",
            swagger_favicon_url="/docs/static/favicon-32x32.png",
        )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    if settings.database_url is None:
        raise RuntimeError("WIAN_DATABASE_URL is not set; `wian up` sets it for one machine")
    engine = create_engine(settings.database_url, pool=settings.database_pool)
    app.state.parts = Parts(
        settings=settings,
        sessions=create_sessions(engine),
        tokens=TokenVerifier(
            _key_source(settings), issuer=settings.token_issuer, audience=settings.token_audience
        ),
        files=FolderFileStore(settings.file_store_dir),
    )
    yield
    await engine.dispose()


def _key_source(settings: Settings) -> KeySource:
    if settings.jwks_url is not None:
        return RemoteKeys(settings.jwks_url)
    if settings.jwks_file is not None:
        return FileKeys(settings.jwks_file)
    raise RuntimeError("set WIAN_JWKS_FILE or WIAN_JWKS_URL: nobody could sign in")
