"""Which routes an application has, found out from the application itself."""

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts


def routes_of(app: FastAPI) -> list[tuple[str, str]]:
    """Return method and path of every route that is ours, however it was included."""
    return sorted(
        (method, route.path)
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, APIRoute) and route.path is not None
        for method in route.original_route.methods or ()
    )
