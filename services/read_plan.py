"""A plan of the ledger as the rules know it."""

from datetime import datetime

from domain.alarms import Alarm
from domain.deadline_plan import Plan
from domain.vocabulary import AlarmStep
from models import DeadlinePlan


def read_plan(row: DeadlinePlan) -> Plan:
    """Return the deadlines and alarms that a row of the ledger holds."""
    return Plan(
        register_by=row.register_by,
        forward_by=row.forward_by,
        acknowledge_by=row.acknowledge_by,
        alarms=[
            Alarm(step=AlarmStep(one["step"]), due_at=datetime.fromisoformat(one["due_at"]))
            for one in row.alarms
        ],
        share_days=row.share_days,
        left_days=row.left_days,
        unannounced_years=row.unannounced_years,
    )
