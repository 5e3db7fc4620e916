"""Which database and roles the embedded PostgreSQL has, and where their passwords are kept."""

import json
import secrets
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from infra.embedded.folder import EmbeddedServerError, write_private
from infra.processes import LOOPBACK

DATABASE: Final = "wian"
SUPERUSER: Final = "postgres"
OWNER: Final = "wian_owner"
APPLICATION: Final = "wian_app"
WORKER: Final = "wian_worker"
_ROLES: Final = (OWNER, APPLICATION, WORKER)
_REQUIRED_CTYPE: Final = "C.UTF-8"


def new_passwords(folder: Path) -> dict[str, str]:
    """Return the passwords by role, inventing those that the folder does not have yet."""
    path = folder / "passwords.json"
    known = read_passwords(folder) if path.exists() else {}
    # A folder of an earlier version lacks the worker; one without a superuser is damaged.
    missing = [role for role in (_ROLES if known else (SUPERUSER, *_ROLES)) if role not in known]
    if missing:
        # Without characters that would need escaping in a URL.
        known |= {role: secrets.token_urlsafe(24) for role in missing}
        write_private(path, json.dumps(known, indent=1))
    return known


def read_passwords(folder: Path) -> dict[str, str]:
    """Return the passwords by role.

    Raises:
        EmbeddedServerError: the folder has a cluster but its passwords are gone.
    """
    path = folder / "passwords.json"
    try:
        return {str(role): str(word) for role, word in json.loads(path.read_text()).items()}
    except (OSError, ValueError) as error:
        raise EmbeddedServerError(
            f"the passwords in {path} cannot be read ({error}): restore the file, or remove"
            f" {folder} with everything in it"
        ) from error


def provision(port: int, passwords: dict[str, str]) -> None:
    """Make sure that the database and its roles exist; a repetition changes nothing.

    Raises:
        EmbeddedServerError: the server refuses us, or its locale is unfit for Thai.
    """
    try:
        # Said here because PGSSLMODE and PGGSSENCMODE of the caller would decide otherwise.
        with psycopg.connect(
            host=LOOPBACK,
            port=port,
            user=SUPERUSER,
            password=passwords[SUPERUSER],
            dbname="postgres",
            autocommit=True,
            connect_timeout=30,
            sslmode="disable",
            gssencmode="disable",
        ) as connection:
            for role in _ROLES:
                _ensure_role(connection, role, passwords[role])
            _ensure_database(connection)
            _require_thai_ctype(connection)
    except (psycopg.Error, KeyError) as error:
        raise EmbeddedServerError(f"the database could not be set up: {error}") from error


def _ensure_role(connection: psycopg.Connection, role: str, password: str) -> None:
    query = "SELECT rolcanlogin FROM pg_roles WHERE rolname = %s"
    known = connection.execute(query, [role]).fetchone()
    if known == (True,):
        return
    # A migration may have made it already, without a login.
    make = sql.SQL(
        "CREATE ROLE {} LOGIN PASSWORD {}" if known is None else "ALTER ROLE {} LOGIN PASSWORD {}"
    )
    connection.execute(make.format(sql.Identifier(role), sql.Literal(password)))


def _ensure_database(connection: psycopg.Connection) -> None:
    known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
    names = {
        "database": sql.Identifier(DATABASE),
        "owner": sql.Identifier(OWNER),
        "application": sql.Identifier(APPLICATION),
        "worker": sql.Identifier(WORKER),
    }
    if known is None:
        connection.execute(sql.SQL("CREATE DATABASE {database} OWNER {owner}").format(**names))
    # By default every role could connect and create temporary tables.
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {database} FROM PUBLIC").format(**names))
    grant = sql.SQL("GRANT CONNECT ON DATABASE {database} TO {application}, {worker}")
    connection.execute(grant.format(**names))


def _require_thai_ctype(connection: psycopg.Connection) -> None:
    query = "SELECT datctype FROM pg_database WHERE datname = %s"
    row = connection.execute(query, [DATABASE]).fetchone()
    if row != (_REQUIRED_CTYPE,):
        raise EmbeddedServerError(
            f"the database has lc_ctype {row and row[0]}, but only {_REQUIRED_CTYPE} lets"
            " pg_trgm see Thai"
        )
