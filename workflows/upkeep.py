"""What the two schedules start: the digests of a working day, and the nightly reconciliation."""

from dataclasses import asdict
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.upkeep import UpkeepActivities
    from domain.figures import NightlyFindings

ATTEMPT_TIMEOUT = timedelta(minutes=10)
RECOUNT_TIMEOUT = timedelta(hours=2)
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
    """Compares the ledger with the executions, and the figures with the events.

    The executions are told what they missed, for the ledger wins; a figure that differs is a
    finding, and stays as it is.
    """

    @workflow.run
    async def run(self) -> NightlyFindings:
        """Return how many executions were told something again, and how many figures differ."""
        found = await workflow.execute_activity_method(
            UpkeepActivities.reconcile,
            start_to_close_timeout=ATTEMPT_TIMEOUT,
            retry_policy=PATIENT,
        )
        if not workflow.patched("recount-figures"):
            return NightlyFindings(**asdict(found))
        recount = await workflow.execute_activity_method(
            UpkeepActivities.recount_figures,
            start_to_close_timeout=RECOUNT_TIMEOUT,
            retry_policy=PATIENT,
        )
        return NightlyFindings(
            **asdict(found), figures_differing=recount.differing, first_difference=recount.first
        )
