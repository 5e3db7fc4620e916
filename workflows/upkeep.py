"""What the two schedules start: the digests of a working day, and the nightly reconciliation."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.upkeep import UpkeepActivities
    from domain.reconciliation import Reconciliation

ATTEMPT_TIMEOUT = timedelta(minutes=10)
# The ledger may be away for hours. What is late is done late; the next run is skipped meanwhile.
PATIENT = RetryPolicy(maximum_interval=timedelta(minutes=1))


@workflow.defn
class DigestWorkflow:
    """Makes the digests of one day; whoever has no working day gets none."""

    @workflow.run
    async def run(self) -> int:
        """Return how many digests were made."""
        return await workflow.execute_activity_method(
            UpkeepActivities.make_digests,
            start_to_close_timeout=ATTEMPT_TIMEOUT,
            retry_policy=PATIENT,
        )


@workflow.defn
class ReconcileWorkflow:
    """Compares the ledger with the executions; the ledger wins."""

    @workflow.run
    async def run(self) -> Reconciliation:
        """Return how many executions were told something again."""
        return await workflow.execute_activity_method(
            UpkeepActivities.reconcile,
            start_to_close_timeout=ATTEMPT_TIMEOUT,
            retry_policy=PATIENT,
        )
