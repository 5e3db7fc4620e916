"""How a process talks to PostgreSQL."""

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

APPLICATION_ROLE = "wian_app"
"""Of the API: policies show it only what belongs to whom it was opened for."""

WORKER_ROLE = "wian_worker"
"""Of the processes and commands that serve everybody."""


def create_engine(url: SecretStr, *, pool: int, role: str | None = APPLICATION_ROLE) -> AsyncEngine:
    """Return an engine whose sessions hold only the rights of `role`.

    Even where one login owns everything, the API works as `wian_app` and the other processes as
    `wian_worker`, which can add to the ledger and never change it. `role=None` keeps the rights
    of the login.
    """
    options = (
        "-c timezone=UTC -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s"
        # services/time_span.py counts on it: an event is written on the day that it says.
        " -c transaction_timeout=12h"
    )
    if role is not None:
        options += f" -c role={role}"
    if role == APPLICATION_ROLE:
        # Its policies make planning a page dearer than reading it: a statement is planned once.
        options += " -c plan_cache_mode=force_generic_plan"
    return create_async_engine(
        url.get_secret_value(),
        pool_size=pool,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=False,
        pool_use_lifo=True,
        connect_args={"options": options, "connect_timeout": 5, "prepare_threshold": 2},
    )


def create_sessions(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Return the session factory; objects stay readable after the commit."""
    return async_sessionmaker(engine, expire_on_commit=False)
