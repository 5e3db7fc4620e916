"""Which steps a hop still has before it: one condition for whoever asks."""

from domain.alarms import MEANING
from domain.vocabulary import Duty

IS_PENDING = """
    h.settled_at IS NULL AND h.suspended_at IS NULL
    AND (due.step <> ALL(:to_register) OR h.state = 'sent')
    AND (due.step <> ALL(:to_forward) OR h.state IN ('sent', 'registered'))
    AND NOT EXISTS (SELECT FROM notice n
        WHERE n.hop_id = h.id AND n.step = due.step AND n.due_at = due.due_at)
"""
"""What a hop `h` still owes and was not yet told, of a step `due` of its plan."""

STEPS_OF_DUTY = {
    field: [step.value for step, (about, _, _) in MEANING.items() if about is duty]
    for field, duty in (("to_register", Duty.REGISTER), ("to_forward", Duty.FORWARD))
}
"""The values that the condition needs, to be bound as arrays of text."""
