import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.register_chain import Entry, entry_hash
from tests.support.entries import ENTRIES

_HASH = """
SELECT register_entry_hash(%s, ROW(
    gen_random_uuid(), %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, ''::bytea, '0'::xid8,
    false)::register_entry)
"""
_COLUMNS = """
SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute
WHERE attrelid = 'register_entry'::regclass AND attnum > 0 AND NOT attisdropped
"""


def test_the_row_of_the_test_has_the_columns_of_the_table(as_owner: psycopg.Connection) -> None:
    row = as_owner.execute(_COLUMNS).fetchone()
    assert row == (
        [
            "id",
            "register_id",
            "position",
            "number",
            "kind",
            "letter_id",
            "hop_id",
            "stamped_at",
            "stamp_has_time",
            "recorded_at",
            "recorded_by",
            "reason",
            "entry_hash",
            "txid",
            "is_unsealed",
        ],
    )


# The connection serves every example: the function reads nothing but its arguments.
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(entry=ENTRIES, previous=st.binary(min_size=32, max_size=32))
def test_the_database_hashes_an_entry_as_the_domain_does(
    as_owner: psycopg.Connection, entry: Entry, previous: bytes
) -> None:
    row = as_owner.execute(
        _HASH,
        (
            previous,
            entry.register_id,
            entry.position,
            entry.number,
            entry.kind.value,
            entry.letter_id,
            entry.hop_id,
            entry.stamped_at,
            entry.stamp_has_time,
            entry.recorded_at,
            entry.recorded_by,
            entry.reason,
        ),
    ).fetchone()
    assert row == (entry_hash(previous, entry),)
