"""What bad requests are aimed at, and how a refusal is looked at."""

from dataclasses import dataclass

from tests.support.http_desk import Api, Json, Officer, refused


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """A letter of the agency, sent to desks that stand in different states."""

    api: Api
    letter: Json
    fresh: Json
    dispatch: Json
    sent: str
    registered: str
    unasked: str

    def path(self, path: str) -> str:
        return path.format(sent=self.sent, registered=self.registered, unasked=self.unasked)


async def refused_whole(
    officer: Officer, path: str, body: object, status: int, code: str, field: str | None = None
) -> Json:
    async with officer.api.nothing_written():
        answer = await officer.post(path, body)
    problem = refused(answer, status, code)
    if field is not None:
        assert field in fields_of(problem)
    return problem


def fields_of(problem: Json) -> list[str]:
    named = [problem["field"]] if "field" in problem else []
    return named + [one["field"] for one in problem.get("errors", [])]
