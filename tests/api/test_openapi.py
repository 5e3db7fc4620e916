import json
import re
from typing import Any

import pytest
from fastapi import FastAPI

from tests.support.http_desk import PROBLEM, Api
from tests.support.routes import routes_of

Spec = dict[str, Any]


@pytest.fixture(scope="module")
def spec(app: FastAPI) -> Spec:
    # As it goes over the wire.
    told: Spec = json.loads(json.dumps(app.openapi()))
    return told


def _operations(spec: Spec) -> dict[tuple[str, str], Spec]:
    return {
        (method.upper(), path): operation
        for path, item in spec["paths"].items()
        for method, operation in item.items()
    }


def test_every_route_is_documented_with_a_summary(app: FastAPI, spec: Spec) -> None:
    operations = _operations(spec)
    assert set(operations) == {one for one in routes_of(app) if one[1] != "/docs"}
    for operation in operations.values():
        assert re.fullmatch(r"[A-Z].{8,}[^.]", operation["summary"])
    assert len({operation["summary"] for operation in operations.values()}) == len(operations)


def test_every_post_documents_its_idempotency_key(spec: Spec) -> None:
    posts = {route: one for route, one in _operations(spec).items() if route[0] == "POST"}
    assert len(posts) >= 12
    for operation in posts.values():
        (key,) = [one for one in operation["parameters"] if one["name"] == "Idempotency-Key"]
        assert (key["in"], key["required"]) == ("header", True)
        assert key["description"]
        assert next(iter(operation["responses"])) == "201"


def test_every_answer_of_the_api_but_the_good_one_is_a_problem_document(spec: Spec) -> None:
    for (_, path), operation in _operations(spec).items():
        if not path.startswith("/v1"):
            continue
        bad = {code: one for code, one in operation["responses"].items() if code[0] != "2"}
        assert {"400", "401", "403", "404", "409", "413", "422", "503"} <= set(bad)
        for answer in bad.values():
            assert list(answer["content"]) == [PROBLEM]
            schema = answer["content"][PROBLEM]["schema"]
            assert schema == {"$ref": "#/components/schemas/Problem"}
    assert {"type", "title", "status", "code", "detail"} <= set(
        spec["components"]["schemas"]["Problem"]["properties"]
    )


def test_every_route_of_the_api_needs_a_token(spec: Spec) -> None:
    assert spec["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
    for (_, path), operation in _operations(spec).items():
        assert ("security" in operation) == path.startswith("/v1")


def test_the_page_speaks_the_terms_of_the_field(spec: Spec) -> None:
    summaries = " ".join(operation["summary"] for operation in _operations(spec).values())
    for term in (
        "ลงรับ",
        "ส่งต่อ",
        "ตอบรับ",
        "คืนเรื่อง",
        "ปฏิเสธ",
        "ดึงกลับ",
        "ออกเลข",
        "ทะเบียน",
        "หน่วยงาน",
    ):
        assert term in summaries
    examples = json.dumps(spec, ensure_ascii=False)
    for example in ("บก 0023.4/ว 927", "๒ มีนาคม ๒๕๖๔", "ศาลากลางจังหวัดบึงกาฬ", "1097"):
        assert example in examples


async def test_the_page_loads_nothing_from_outside(shared_api: Api) -> None:
    page = await shared_api.client.get("/docs")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "//" not in re.sub(r"(?m)^\s*//.*$|<!--.*?-->", "", page.text).replace("/* ", "")
    parts = re.findall(r"""(?:src|href)=["']([^"']+)["']""", page.text)
    assert len(parts) >= 3
    for part in parts:
        answer = await shared_api.client.get(part)
        assert answer.status_code == 200
        assert len(answer.content) > 500
    assert (await shared_api.client.get("/openapi.json")).json()["info"]["title"] == "Wian (เวียน)"


@pytest.mark.parametrize(
    "path", ["../index.py", "%2e%2e/__init__.py", "..%2f__init__.py", "nothing.js"]
)
async def test_only_the_files_of_the_page_are_served(shared_api: Api, path: str) -> None:
    assert (await shared_api.client.get(f"/docs/static/{path}")).status_code == 404
