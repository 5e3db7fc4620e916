from copy import deepcopy

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import InvalidError
from services.change_policies import change_policies
from services.policy_document import write_policies
from services.record_event import SYSTEM_OFFICER
from services.show_policies import show_policies
from tests.support.letters import MORNING, size_of_ledger
from tests.support.policies import DEFAULTS

SAME = write_policies(DEFAULTS)


async def _change(session: AsyncSession, document: object) -> int | None:
    return await change_policies(
        session, by=SYSTEM_OFFICER, document=document, note="ปรับนโยบาย", at=MORNING
    )


async def test_other_policies_are_a_new_version(session: AsyncSession) -> None:
    document = deepcopy(SAME)
    document["urgencies"]["normal"]["register_within"] = "2d"
    version = await _change(session, document)
    row = await show_policies(session)
    assert (row.number, row.note, row.at) == (version, "ปรับนโยบาย", MORNING)
    assert row.officer_id == SYSTEM_OFFICER
    assert row.policies == document
    assert await _change(session, document) is None
    assert await _change(session, SAME) == (version or 0) + 1


async def test_the_same_policies_in_other_words_are_no_new_version(session: AsyncSession) -> None:
    document = deepcopy(SAME)
    document["urgencies"]["very_urgent"]["register_within"] = "240m"
    before = await size_of_ledger(session)
    assert await _change(session, document) is None
    assert await size_of_ledger(session) == before


async def test_policies_that_make_no_sense_are_refused(session: AsyncSession) -> None:
    before = await size_of_ledger(session)
    documents: list[object] = [{}, [], SAME | {"extension": {}}]
    for document in documents:
        with pytest.raises(InvalidError) as refusal:
            await _change(session, document)
        assert refusal.value.reason == "policy_invalid"
    assert await size_of_ledger(session) == before
