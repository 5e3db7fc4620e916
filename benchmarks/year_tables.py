"""The tables that a made-up year fills, without bodies and registers, and their columns."""

from typing import Final

COLUMNS: Final = {
    "letter": "id, circular_id, parent_letter_id, lineage, registry_id, number,"
    " number_letters, number_owner, number_is_circular, number_running, dated, subject, body,"
    " urgency, secrecy, authority, register_entry_id, issued_at, issued_by",
    "register_entry": "id, register_id, position, number, kind, letter_id, hop_id, stamped_at,"
    " stamp_has_time, recorded_at, recorded_by, entry_hash, txid",
    "dispatch": "id, letter_id, circular_id, sender_registry_id, parent_hop_id, lineage, senders,"
    " letters, secrecy, state, register_by, acknowledge_by, sent_at, sent_by, completed_at,"
    " completed_by",
    "deadline_plan": "id, dispatch_id, calendar_scopes, register_by, acknowledge_by, alarms,"
    " share_days, left_days, unannounced_years, calendar_version, policy_version,"
    " holidays_release, made_at",
    "hop": "dispatch_id, circular_id, senders, secrecy, plan_id, id, position, chunk,"
    " recipient_registry_id, state, receipt_entry_id, registered_at, registered_by,"
    " forwarded_at, forwarded_by, settled_at, settled_by, remark",
    "hop_time": "circular_id, dispatch_id, sender_registry_id, senders, secrecy, urgency, tier,"
    " sent_at, hop_id, recipient_registry_id, registered_at, settled_at, register_minutes,"
    " settle_minutes, registered_late, settled_late",
    "notice": "id, hop_id, dispatch_id, circular_id, secrecy, step, kind, registry_id, post,"
    " due_at, created_at",
    "event": "id, at, txid, kind, registry_id, officer_id, circular_id, letter_id, dispatch_id,"
    " hop_id, secrecy, urgency, is_late, facts",
}
TABLES: Final = tuple(COLUMNS)
