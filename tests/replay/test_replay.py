from collections.abc import Iterator
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from activities.dispatch import DispatchActivities
from domain.alarms import Alarm
from workflows.dispatch import ATTEMPT_TIMEOUT, PATIENT, DispatchWorkflow, Watch

HISTORIES = sorted((Path(__file__).parent / "histories").glob("*.json"))


def history(path: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(path.stem, path.read_text())


def event_types(path: Path) -> Iterator[str]:
    for event in history(path).events:
        yield event.WhichOneof("attributes") or ""


def test_the_stored_histories_hold_every_turn_a_process_takes() -> None:
    met = {kind for path in HISTORIES for kind in event_types(path)}
    turns = {
        "timer_started",
        "timer_fired",
        "timer_canceled",
        "activity_task_completed",
        # What a local activity leaves.
        "marker_recorded",
        "workflow_execution_signaled",
        "workflow_execution_update_accepted",
        "upsert_workflow_search_attributes",
        "workflow_execution_continued_as_new",
        "workflow_execution_completed",
    }
    assert {f"{turn}_event_attributes" for turn in turns} <= met


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_a_process_under_way_survives_a_new_version(path: Path) -> None:
    await Replayer(workflows=[DispatchWorkflow]).replay_workflow(history(path))


async def report(dispatch: Watch) -> None:
    await workflow.execute_activity_method(
        DispatchActivities.report_upward,
        dispatch.dispatch_id,
        start_to_close_timeout=ATTEMPT_TIMEOUT,
        retry_policy=PATIENT,
    )


@workflow.defn(name="DispatchWorkflow")
class Same(DispatchWorkflow):
    """Nothing but the class."""

    @workflow.init
    def __init__(self, watch: Watch) -> None:
        super().__init__(watch)

    @workflow.run
    async def run(self, watch: Watch) -> None:
        await super().run(watch)


@workflow.defn(name="DispatchWorkflow")
class ReportsAtTheStart(DispatchWorkflow):
    """One activity more."""

    @workflow.init
    def __init__(self, watch: Watch) -> None:
        super().__init__(watch)

    @workflow.run
    async def run(self, watch: Watch) -> None:
        await report(watch)
        await super().run(watch)


@workflow.defn(name="DispatchWorkflow")
class ReportsBeforeTheAlarm(DispatchWorkflow):
    """The same activities in another order."""

    @workflow.init
    def __init__(self, watch: Watch) -> None:
        super().__init__(watch)

    @workflow.run
    async def run(self, watch: Watch) -> None:
        await super().run(watch)

    async def _raise_alarm(self, alarm: Alarm) -> None:
        await report(self._watch)
        await super()._raise_alarm(alarm)


@workflow.defn(name="DispatchWorkflow")
class HidesTheNextDue(DispatchWorkflow):
    """A command less."""

    @workflow.init
    def __init__(self, watch: Watch) -> None:
        super().__init__(watch)

    @workflow.run
    async def run(self, watch: Watch) -> None:
        await super().run(watch)

    def _show_next_due(self) -> None:
        return None


@workflow.defn(name="DispatchWorkflow")
class NeverContinues(DispatchWorkflow):
    """Another end."""

    @workflow.init
    def __init__(self, watch: Watch) -> None:
        super().__init__(watch)

    @workflow.run
    async def run(self, watch: Watch) -> None:
        await self._wait()
        await report(watch)


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        (ReportsAtTheStart, "settled"),
        (ReportsAtTheStart, "closed"),
        (ReportsBeforeTheAlarm, "alarms"),
        (HidesTheNextDue, "alarms"),
        (NeverContinues, "continued"),
    ],
)
async def test_a_changed_process_is_caught(changed: type[DispatchWorkflow], name: str) -> None:
    (path,) = (path for path in HISTORIES if path.stem == name)
    replayer = Replayer(workflows=[changed], workflow_runner=UnsandboxedWorkflowRunner())
    with pytest.raises(workflow.NondeterminismError):
        await replayer.replay_workflow(history(path))


async def test_a_new_class_alone_is_no_changed_process() -> None:
    """So that what is caught above is the change and not the way in which it is planted."""
    replayer = Replayer(workflows=[Same], workflow_runner=UnsandboxedWorkflowRunner())
    for path in HISTORIES:
        await replayer.replay_workflow(history(path))
