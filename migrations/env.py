"""How Alembic reaches the database: as its owner, in one transaction per migration."""

from alembic import context
from sqlalchemy import Connection, create_engine
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.sql.schema import SchemaItem

from infra.settings import Settings
from models import Base
from models.columns import Xid8

# A type that SQLAlchemy has no name for.
ischema_names["xid8"] = Xid8


def _is_ours(item: SchemaItem, name: str | None, kind: str, *_: object) -> bool:
    """Return whether the models speak of this; the years of the events are parts of one table."""
    del item
    return not (kind == "table" and name is not None and name.startswith("event_"))


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transaction_per_migration=True,
        compare_server_default=True,
        include_object=_is_ours,
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
