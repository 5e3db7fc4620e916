"""The reference circular over real processes: 55 hops down and their acknowledgments up."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from infra.embedded.postgres import PostgresServer
from tests.e2e.conftest import PlayedDemo

HALL, OFFICE = "ศาลากลางจังหวัดบึงกาฬ", "สำนักงานส่งเสริมการปกครองท้องถิ่นจังหวัดบึงกาฬ"

# Events only: the states of the hops are what is to be checked.
RECOUNT = """
SELECT count(*) FILTER (WHERE kind = 'sent') AS hops,
    count(DISTINCT hop_id) FILTER (WHERE kind = 'registered') AS registered,
    count(DISTINCT hop_id) FILTER (WHERE kind IN ('acknowledged', 'reported')) AS acknowledged,
    count(*) FILTER (WHERE kind = 'acknowledged' AND facts ->> 'answered' = 'true') AS answers,
    count(*) FILTER (WHERE kind = 'reminded') AS reminders,
    count(*) FILTER (WHERE kind = 'overdue') AS overdue,
    count(*) FILTER (WHERE kind = 'escalated') AS escalations
FROM event
"""
ONCE_EACH = """
SELECT kind, count(*) AS times FROM event
WHERE kind IN ('sent', 'registered', 'forwarded', 'acknowledged', 'reported')
GROUP BY hop_id, kind HAVING count(*) > 1
"""
AT_THE_TOP = """
SELECT facts -> 'below' AS below FROM event
WHERE kind = 'reported' AND registry_id = (SELECT id FROM registry WHERE code = 'hall-38')
"""
TO_THE_HALL = """
SELECT count(*) AS times FROM event
WHERE kind = 'escalated' AND registry_id = (SELECT id FROM registry WHERE code = 'hall-38')
"""
Ledger = psycopg.Connection[dict[str, Any]]


@pytest.fixture(scope="module")
def ledger(demo: PlayedDemo) -> Iterator[Ledger]:
    """The ledger that the demo left behind, on a server started again."""
    with PostgresServer.start(demo.folder / ".wian" / "demo" / "postgres") as server:
        url = server.worker_url.replace("+psycopg", "")
        with psycopg.Connection[dict[str, Any]].connect(url, row_factory=dict_row) as connection:
            yield connection


def test_it_ends_well_and_leaves_nothing_running(demo: PlayedDemo) -> None:
    assert demo.status == 0, demo.output
    assert demo.left_running == {}


def test_it_shows_its_progress_the_route_and_the_totals(demo: PlayedDemo) -> None:
    for part in (
        "Ready after",
        "ปช 0017/ว 0015",
        "1097",
        "1415",
        "เร่งรัด",
        "Written to build/demo.json",
    ):
        assert part in demo.output
    assert "11 of 11 workflows completed" in " ".join(demo.output.split())


def test_its_figures_are_those_of_the_reference_circular(demo: PlayedDemo) -> None:
    report = demo.report
    assert report["letters"] == ["ปช 0017/ว 0015", "บก 0023.4/ว 927"]
    assert (report["hops"], report["registered"], report["acknowledged"]) == (55, 55, 55)
    assert (report["answers"], report["names"]) == (45, 90)
    assert report["workflows"] == {"started": 11, "completed": 11}
    assert report["registers_verified"] is True
    assert report["seconds"] < 90


def test_it_prints_plan_against_fact_of_every_tier(demo: PlayedDemo) -> None:
    assert "แผนและผลของหนังสือเวียนนี้ รายชั้น" in demo.output
    tiers = demo.report["tiers"]
    assert [(tier["tier"], tier["hops"]) for tier in tiers] == [(1, 1), (2, 1), (3, 10), (4, 43)]
    assert all(tier["settled"] == tier["hops"] for tier in tiers)
    assert [tier["forward_by"] is not None for tier in tiers] == [True, True, True, False]


def test_the_tiers_of_2564_used_5_3_2_and_9_of_19_working_days(demo: PlayedDemo) -> None:
    assert "19 วันทำการ" in demo.output
    budget = demo.report["budget_of_2564"]
    assert (budget["whole"], budget["used"]) == (19, [5, 3, 2, 9])
    assert sum(budget["planned"]) == 19


def test_every_desk_gave_its_next_number(demo: PlayedDemo) -> None:
    receipts = demo.report["receipts"]
    assert len(receipts) == 55
    assert (receipts.pop(HALL), receipts.pop(OFFICE)) == (1097, 1415)
    assert set(receipts.values()) == {1}


def test_three_late_bodies_set_off_real_timers_up_to_the_province(
    demo: PlayedDemo, ledger: Ledger
) -> None:
    assert demo.report["reminders"] >= 3
    assert demo.report["escalations"] >= 3
    row = ledger.execute(TO_THE_HALL).fetchone()
    assert row is not None
    assert row["times"] >= 1


def test_the_counts_at_the_top_are_those_of_a_recount_from_the_events(
    demo: PlayedDemo, ledger: Ledger
) -> None:
    recount = ledger.execute(RECOUNT).fetchone()
    assert recount == {key: demo.report[key] for key in recount or {}}
    assert recount is not None
    assert recount["hops"] == 55


def test_every_step_of_every_hop_happened_once(ledger: Ledger) -> None:
    assert ledger.execute(ONCE_EACH).fetchall() == []


def test_the_report_that_reached_the_top_counts_everything_below_it(ledger: Ledger) -> None:
    rows = ledger.execute(AT_THE_TOP).fetchall()
    assert len(rows) == 1
    below = rows[0]["below"]
    # All hops but the hall's own.
    assert {key: below[key] for key in ("hops", "registered", "acknowledged", "answers")} == {
        "hops": 54,
        "registered": 54,
        "acknowledged": 54,
        "answers": 45,
    }
    assert (below["missing"], below["late"]) == (0, 0)
