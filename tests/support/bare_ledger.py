"""A letter under way, written as plain SQL: for schemas that the models do not know any more."""

_SYSTEM = "00000000-0000-7000-8000-000000000001"

DESKS = f"""
INSERT INTO organization (code, name, kind, valid_from)
    VALUES ('one', 'หน่วยงานหนึ่ง', 'other', '2011-03-23'), ('two', 'หน่วยงานสอง', 'sao', '2011-03-23');
INSERT INTO registry (code, name, organization_id)
    SELECT code, name, id FROM organization WHERE code IN ('one', 'two');
INSERT INTO register (registry_id, book, year, opened_at, opened_by)
    SELECT id, 'outgoing', 2021, '2021-03-02', '{_SYSTEM}' FROM registry WHERE code = 'one';
INSERT INTO register_entry (register_id, kind, recorded_at, recorded_by)
    SELECT id, 'allocated', '2021-03-02', '{_SYSTEM}' FROM register;
INSERT INTO letter (id, circular_id, lineage, registry_id, register_entry_id, number,
    number_letters, number_owner, number_is_circular, number_running, dated, subject, body,
    urgency, secrecy, authority, issued_at, issued_by)
SELECT new.id, new.id, ARRAY[new.id], r.id, e.id, 'ทด 0017/1', 'ทด', '0017', false, '1',
    '2021-03-02', 'ขอให้รายงานผล', '', 'normal', 'normal', 'own', '2021-03-02', '{_SYSTEM}'
FROM (SELECT uuidv7() AS id) new, registry r, register_entry e WHERE r.code = 'one';
"""  # noqa: S608 (our own words)
"""Two bodies with a desk each, and a letter of the first."""

_DISPATCH = f"""
INSERT INTO dispatch (id, lineage, letter_id, circular_id, sender_registry_id, state, register_by,
    acknowledge_by, sent_at, sent_by{{columns}})
SELECT new.id, ARRAY[new.id], l.id, l.id, r.id, 'open', '2021-03-03T02:00Z', '2021-03-10T02:00Z',
    '2021-03-02T02:00Z', '{_SYSTEM}'{{values}}
FROM (SELECT uuidv7() AS id) new, registry r, letter l WHERE r.code = 'one';
"""  # noqa: S608 (our own words)
_HOP = """
INSERT INTO hop (dispatch_id, position, chunk, recipient_registry_id, state{columns})
SELECT d.id, 0, 0, r.id, 'sent'{values} FROM dispatch d, registry r{tables} WHERE r.code = 'two';
"""

BEFORE_PLANS = _DISPATCH.format(
    columns=", alarms",
    values=""", '[{"step": "overdue_register", "due_at": "2021-03-03T02:00:00+00:00"},
    {"step": "escalate_superior", "due_at": "2021-03-12T02:00:00+00:00"}]'""",
) + _HOP.format(columns="", values="", tables="")
"""A dispatch to the second body as migration 0005 knows it, with alarms of its own."""

WITH_PLANS = (
    _DISPATCH.format(columns=", senders, letters", values=", ARRAY[r.id], ARRAY[l.id]")
    + """
INSERT INTO deadline_plan (dispatch_id, calendar_scopes, register_by, acknowledge_by, alarms,
    share_days, left_days, unannounced_years, calendar_version, policy_version,
    holidays_release, made_at)
SELECT id, '{nation}', register_by, acknowledge_by, '[]', 5, 0, '{}', 1, 1, '0', sent_at
FROM dispatch;
"""
    + _HOP.format(
        columns=", plan_id, circular_id, senders",
        values=", p.id, d.circular_id, d.senders",
        tables=", deadline_plan p",
    )
    + f"""
INSERT INTO deadline_move (kind, dispatch_id, days, reason, hops, at, officer_id)
SELECT 'extended', id, 2, 'ขอขยายเวลา', 1, '2021-03-04', '{_SYSTEM}' FROM dispatch;
INSERT INTO announced_year (year, source, since_version) VALUES (2027, 'ประกาศ', 1);
"""  # noqa: S608 (our own words)
)
"""The same as it is now, with a plan, a move and an announced year."""
