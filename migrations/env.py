"""How Alembic reaches the database: as its owner, in one transaction per migration."""

from alembic import context
from sqlalchemy import Connection, create_engine

from infra.settings import Settings
from models import Base


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transaction_per_migration=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _url() -> str:
    settings = Settings()
    url = settings.owner_database_url or settings.database_url
    if url is None:
        raise SystemExit("set WIAN_OWNER_DATABASE_URL, or use `wian db upgrade`")
    return url.get_secret_value()


def _main() -> None:
    given = context.config.attributes.get("connection")
    if given is not None:
        _run(given)
        return
    engine = create_engine(_url())
    with engine.connect() as connection:
        _run(connection)


_main()
