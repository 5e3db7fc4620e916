"""The baseline: one workflow per hop, told of every event alone (the usual first design)."""

from uuid import UUID

from temporalio import workflow
from temporalio.client import Client
from temporalio.exceptions import WorkflowAlreadyStartedError

with workflow.unsafe.imports_passed_through():
    from activities.dispatch import DispatchActivities
    from benchmarks.per_hop_payloads import ForwardedHop, WatchedHop
    from workflows.dispatch import ATTEMPT_TIMEOUT, PATIENT


@workflow.defn
class HopWorkflow:
    """Waits for one recipient: registered, then acknowledged, or all of its own recipients."""

    def __init__(self) -> None:
        self._is_registered = False
        self._is_acknowledged = False
        self._forwarded: ForwardedHop | None = None

    @workflow.run
    async def run(self, hop: WatchedHop) -> None:
        """Wait for both steps, each with a timer of its own; run children for what goes on."""
        await self._until(lambda: self._is_registered, hop.register_by)
        await self._until(
            lambda: self._is_acknowledged or self._forwarded is not None, hop.acknowledge_by
        )
        if self._forwarded is None:
            return
        children = [
            await workflow.start_child_workflow(
                HopWorkflow.run, below, id=hop_workflow_id(below.hop_id)
            )
            for below in self._forwarded.below
        ]
        for child in children:
            await child
        await workflow.execute_activity_method(
            DispatchActivities.report_upward,
            self._forwarded.dispatch_id,
            start_to_close_timeout=ATTEMPT_TIMEOUT,
            retry_policy=PATIENT,
        )

    @workflow.signal
    def registered(self) -> None:
        """Note that the hop was registered."""
        self._is_registered = True

    @workflow.signal
    def acknowledged(self) -> None:
        """Note that the hop was acknowledged."""
        self._is_registered = self._is_acknowledged = True

    @workflow.signal
    def forwarded(self, below: ForwardedHop) -> None:
        """Note that the hop was sent on."""
        self._is_registered = True
        self._forwarded = below

    async def _until(self, condition, due) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 (a lambda and an instant)
        try:
            await workflow.wait_condition(condition, timeout=due - workflow.now())
        except TimeoutError:
            return


def hop_workflow_id(hop_id: UUID) -> str:
    """Return the id of the execution that watches one hop."""
    return f"hop-{hop_id}"


async def start_hop(client: Client, hop: WatchedHop, *, task_queue: str) -> None:
    """Start the execution of a hop that has no parent."""
    try:
        await client.start_workflow(
            HopWorkflow.run, hop, id=hop_workflow_id(hop.hop_id), task_queue=task_queue
        )
    except WorkflowAlreadyStartedError:
        return
