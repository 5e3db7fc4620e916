"""How the schema of a database is brought to the newest migration."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from pydantic import SecretStr
from sqlalchemy import Engine, create_engine, text

_ROOT = Path(__file__).parents[1]


def upgrade_database(owner_url: SecretStr, *, revision: str = "head") -> None:
    """Apply the migrations, as the owner of the database."""
    engine = _engine(owner_url)
    with engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def newest_revision() -> str | None:
    """Return the revision that this version of the code needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def allow_application(owner_url: SecretStr, *, role: str) -> None:
    """Let the login of `owner_url` act with no more than the rights of `role`.

    Where one login serves for everything, the processes still work as the application's role.
    """
    engine = _engine(owner_url)
    with engine.begin() as connection:
        may = connection.scalar(text("SELECT pg_has_role(:role, 'SET')"), {"role": role})
        if not may:
            quoted = connection.dialect.identifier_preparer.quote(role)
            connection.execute(text(f"GRANT {quoted} TO CURRENT_USER"))
    engine.dispose()


def _engine(url: SecretStr) -> Engine:
    return create_engine(url.get_secret_value(), connect_args={"connect_timeout": 10})


def _config() -> Config:
    return Config(toml_file=str(_ROOT / "pyproject.toml"))
