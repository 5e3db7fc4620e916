from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Engine, Row, text

from models import Base
from services.policy_document import read_policies
from tests.support.bare_ledger import BEFORE_PLANS, DESKS
from tests.support.policies import DEFAULTS

CONSTRAINTS = text("""
SELECT conrelid::regclass::text AS owner, conname AS name, pg_get_constraintdef(oid) AS said
FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND contype = :kind
    AND conrelid::regclass::text <> 'alembic_version'
    AND NOT (SELECT relispartition FROM pg_class WHERE oid = conrelid)
""")
INDEXES = text("""
SELECT tablename AS owner, indexname AS name, indexdef AS said
FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    AND NOT (SELECT relispartition FROM pg_class WHERE oid = tablename::regclass)
""")
COLUMNS = text("""
SELECT table_name AS owner, column_name AS name,
    concat_ws(' ', data_type, udt_name, is_nullable, column_default, identity_generation) AS said
FROM information_schema.columns
WHERE table_schema = 'public' AND table_name <> 'alembic_version'
    AND (SELECT relkind IN ('r', 'p') AND NOT relispartition FROM pg_class
        WHERE oid = table_name::regclass)
""")
LEFT_OVER = text("""
SELECT 'relation' AS what, relname::text AS name FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relname NOT IN
    ('alembic_version', 'alembic_version_pkc')
UNION ALL
SELECT 'function', proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace
""")


def _config() -> Config:
    return Config(toml_file=str(Path(__file__).parents[2] / "pyproject.toml"))


def _migrate(engine: Engine, act: Callable[..., Any], *arguments: str) -> None:
    config = _config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        act(config, *arguments)


def _rows(engine: Engine, query: Any, **values: str) -> set[Row[Any]]:  # noqa: ANN401
    with engine.connect() as connection:
        return set(connection.execute(query, values))


def test_there_is_exactly_one_head() -> None:
    assert len(ScriptDirectory.from_config(_config()).get_heads()) == 1


def test_the_migrations_lead_to_the_models_and_back_and_there_again(
    empty_database: Callable[[], Engine],
) -> None:
    engine = empty_database()
    for _ in range(2):
        _migrate(engine, command.upgrade, "head")
        _migrate(engine, command.check)
        _migrate(engine, command.downgrade, "base")
        assert _rows(engine, LEFT_OVER) == set()
    _migrate(engine, command.upgrade, "head")
    _migrate(engine, command.check)


def test_every_migration_can_be_taken_back_alone(empty_database: Callable[[], Engine]) -> None:
    engine = empty_database()
    for script in reversed(list(ScriptDirectory.from_config(_config()).walk_revisions())):
        _migrate(engine, command.upgrade, script.revision)
        before = _rows(engine, COLUMNS), _rows(engine, LEFT_OVER)
        _migrate(engine, command.downgrade, "-1")
        _migrate(engine, command.upgrade, script.revision)
        assert (_rows(engine, COLUMNS), _rows(engine, LEFT_OVER)) == before


def test_what_alembic_does_not_compare_is_the_same_too(
    empty_database: Callable[[], Engine],
) -> None:
    migrated, modelled = empty_database(), empty_database()
    _migrate(migrated, command.upgrade, "head")
    Base.metadata.create_all(modelled)
    for kind in "cfpu":
        expected = _rows(modelled, CONSTRAINTS, kind=kind)
        assert expected
        assert _rows(migrated, CONSTRAINTS, kind=kind) == expected
    assert _rows(migrated, INDEXES) == _rows(modelled, INDEXES) != set()
    assert _rows(migrated, COLUMNS) == _rows(modelled, COLUMNS) != set()


def test_a_model_that_changed_without_a_migration_is_noticed(
    empty_database: Callable[[], Engine],
) -> None:
    engine = empty_database()
    _migrate(engine, command.upgrade, "head")
    with engine.begin() as connection:
        connection.execute(text("DROP INDEX ix_letter_circular_id"))
    with pytest.raises(CommandError):
        _migrate(engine, command.check)


HOLDS = text("""
SELECT p.register_by = d.register_by AND p.acknowledge_by = d.acknowledge_by AS deadlines,
    p.forward_by, p.replaces_id, p.alarms, p.calendar_scopes, p.calendar_version, p.policy_version,
    p.made_at = d.sent_at AS made, d.weights, d.acknowledge_within, h.extensions
FROM hop h JOIN deadline_plan p ON p.id = h.plan_id
JOIN dispatch d ON d.id = h.dispatch_id AND d.id = p.dispatch_id
""")


def test_a_dispatch_under_way_keeps_its_instants_when_plans_begin_and_has_them_back(
    empty_database: Callable[[], Engine],
) -> None:
    engine = empty_database()
    _migrate(engine, command.upgrade, "0005")
    with engine.begin() as connection:
        for statement in (DESKS + BEFORE_PLANS).split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)
    before = _json(engine)
    for _ in range(2):
        _migrate(engine, command.upgrade, "0006")
        with engine.connect() as connection:
            (row,) = connection.execute(HOLDS).mappings().all()
        assert dict(row) == {
            "deadlines": True,
            "forward_by": None,
            "replaces_id": None,
            "alarms": before["alarms"],
            "calendar_scopes": ["nation"],
            "calendar_version": 1,
            "policy_version": 1,
            "made": True,
            "weights": [1],
            "acknowledge_within": None,
            "extensions": 0,
        }
        _migrate(engine, command.upgrade, "head")
        _migrate(engine, command.downgrade, "0005")
        assert _json(engine) == before


def test_the_first_version_of_the_policies_is_the_default_of_the_rules(
    empty_database: Callable[[], Engine],
) -> None:
    engine = empty_database()
    _migrate(engine, command.upgrade, "head")
    with engine.connect() as connection:
        (written,) = connection.execute(text("SELECT policies FROM policy_version")).scalars()
    assert read_policies(written) == DEFAULTS


def _json(engine: Engine) -> dict[str, Any]:
    with engine.connect() as connection:
        (found,) = connection.execute(text("SELECT to_jsonb(d) FROM dispatch d")).scalars()
    told: dict[str, Any] = found
    return told
