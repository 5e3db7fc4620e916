"""Which routes an application has, found out from the application itself, and what they need."""

from collections.abc import Mapping
from string import Formatter

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from tests.support.http_desk import Json

OPEN = frozenset({("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/docs")})
"""What is told to whoever asks, without a token."""

QUERIES: Mapping[str, Json] = {
    "/v1/letters": {"number": "ว 1"},
    "/v1/search": {"q": "หมาย"},
    "/v1/plans": {
        "registry_id": "{registry_id}",
        "recipient": "{organization_id}",
        "acknowledge_on": "2021-03-15",
    },
    "/v1/intake/{intake_id}/candidates": {"q": "ตำบล"},
}
"""What a GET cannot do without; an id in braces is that of whatever is asked about."""


def routes_of(app: FastAPI) -> list[tuple[str, str]]:
    """Return method and path of every route that is ours, however it was included."""
    return sorted(
        (method, route.path)
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, APIRoute) and route.path is not None
        for method in route.original_route.methods or ()
    )


def guarded_routes(app: FastAPI) -> list[tuple[str, str]]:
    """Return the routes that want a token."""
    return [route for route in routes_of(app) if route not in OPEN]


def names_in(path: str) -> set[str]:
    """Return the parameters that a path names."""
    return {name for _, name, _, _ in Formatter().parse(path) if name}


def query_of(path: str, ids: Mapping[str, str]) -> Json:
    """Return the least that a GET has to ask for."""
    return {name: value.format_map(ids) for name, value in QUERIES.get(path, {}).items()}
