"""Random register entries, as PostgreSQL can hold them."""

from datetime import datetime, timedelta, timezone

from hypothesis import strategies as st

from domain.register_chain import Entry
from domain.vocabulary import EntryKind

_ZONES = st.sampled_from([timezone(timedelta(hours=hours)) for hours in (-8, 0, 7)])
_INSTANTS = st.datetimes(
    min_value=datetime(1900, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2399, 12, 31),  # noqa: DTZ001
    timezones=_ZONES,
)
# PostgreSQL keeps no NUL in a text, and UTF-8 has no surrogates.
_TEXTS = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"], exclude_characters="\x00"),
        st.sampled_from("กขฃคฅฆงํ์่้๊๋ำ๐๙:-0123456789"),
    ),
    min_size=1,
    max_size=40,
)

ENTRIES = st.builds(
    Entry,
    register_id=st.uuids(),
    position=st.integers(1, 2**31 - 1),
    number=st.integers(1, 2**31 - 1),
    kind=st.sampled_from(EntryKind),
    letter_id=st.none() | st.uuids(),
    hop_id=st.none() | st.uuids(),
    stamped_at=_INSTANTS,
    stamp_has_time=st.booleans(),
    recorded_at=_INSTANTS,
    recorded_by=st.uuids(),
    reason=st.none() | _TEXTS,
)
"""Any entry that the table could hold."""
