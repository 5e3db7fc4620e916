"""Letters that wait to be registered, set-based: only their receipts are measured."""

import psycopg

from benchmarks.nation import Body
from benchmarks.receipts import CLIENTS, Queues, WaitingHop

# Each letter goes from the first desk to all of them; set-based, as only the receipts are measured.
_FILL = """
WITH desks AS (
    SELECT r.id AS registry_id, o.id AS officer_id, row_number() OVER (ORDER BY r.code) AS nth
    FROM registry r JOIN officer o ON o.subject = r.code WHERE r.code LIKE %(prefix)s
), sender AS (SELECT * FROM desks WHERE nth = 1),
book AS (
    INSERT INTO register (registry_id, book, year, opened_at, opened_by)
    SELECT registry_id, 'circular', extract(year FROM now() AT TIME ZONE 'Asia/Bangkok'), now(),
        officer_id FROM sender
    RETURNING id
), entries AS (
    INSERT INTO register_entry (register_id, kind, letter_id, recorded_at, recorded_by)
    SELECT book.id, 'allocated', uuidv7(), now(), sender.officer_id
    FROM book, sender, generate_series(1, %(letters)s)
    RETURNING id, number, letter_id
), letters AS (
    INSERT INTO letter (id, circular_id, lineage, registry_id, register_entry_id, number,
        number_letters, number_owner, number_is_circular, number_running, dated, subject, body,
        urgency, secrecy, authority, issued_at, issued_by)
    SELECT e.letter_id, e.letter_id, ARRAY[e.letter_id], sender.registry_id, e.id,
        'กข 0001/ว ' || e.number, 'กข', '0001', true, e.number::text, current_date - 1,
        'หนังสือเวียนสำหรับการวัด', '', 'normal', 'normal', 'own', now(), sender.officer_id
    FROM entries e, sender
    RETURNING id, registry_id, issued_at, issued_by
), told AS (
    INSERT INTO event (at, kind, registry_id, officer_id, circular_id, letter_id, urgency)
    SELECT issued_at, 'letter_issued', registry_id, issued_by, id, id, 'normal' FROM letters
), fresh AS (SELECT id AS letter_id, uuidv7() AS id FROM letters),
sent AS (
    INSERT INTO dispatch (id, letter_id, circular_id, letters, sender_registry_id, lineage, senders,
        state, register_by, acknowledge_by, sent_at, sent_by)
    SELECT f.id, f.letter_id, f.letter_id, ARRAY[f.letter_id], sender.registry_id, ARRAY[f.id],
        ARRAY[sender.registry_id], 'open',
        now() + interval '5 days', now() + interval '9 days', now(), sender.officer_id
    FROM fresh f, sender
    RETURNING id, circular_id, senders, register_by, acknowledge_by
), planned AS (
    INSERT INTO deadline_plan (dispatch_id, calendar_scopes, register_by, acknowledge_by, alarms,
        share_days, left_days, unannounced_years, calendar_version, policy_version,
        holidays_release, made_at)
    SELECT id, '{nation}', register_by, acknowledge_by, '[]', 6, 0, '{}', 1, 1, 'none', now()
    FROM sent
    RETURNING id, dispatch_id
)
INSERT INTO hop (dispatch_id, position, chunk, recipient_registry_id, circular_id, senders, plan_id,
    state)
SELECT planned.dispatch_id, desks.nth, 0, desks.registry_id, sent.circular_id, sent.senders,
    planned.id, 'sent'
FROM planned JOIN sent ON sent.id = planned.dispatch_id, desks
RETURNING id, recipient_registry_id
"""


def fill_inboxes(owner_url: str, desks: list[Body], *, tokens: list[str], letters: int) -> Queues:
    """Send `letters` from the first desk to all; return the hops of each client."""
    queues: Queues = [[] for _ in range(CLIENTS)]
    by_registry = {body.registry_id: nth for nth, body in enumerate(desks)}
    with psycopg.connect(owner_url.replace("+psycopg", "")) as connection:
        rows = connection.execute(_FILL.encode(), {"letters": letters, "prefix": "r-%"}).fetchall()
    for hop_id, registry_id in rows:
        nth = by_registry[registry_id]
        hop = WaitingHop(body=desks[nth], token=tokens[nth], hop_id=hop_id)
        queues[nth % CLIENTS].append(hop)
    return queues
