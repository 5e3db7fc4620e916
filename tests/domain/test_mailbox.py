import pytest

from domain.mailbox import is_mailbox


@pytest.mark.parametrize(
    "text",
    ["saraban@buengkan.go.th", "a.b+c@x", "x_1@a-b.example", "o'neill@localhost", "A@B.C"],
)
def test_a_plain_address_is_one(text: str) -> None:
    assert is_mailbox(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "saraban",
        "@x",
        "a@",
        "a b@x",
        "a@x\r\nBcc: b@y",
        "a@x\n",
        "<a@x>",
        '"a b"@x',
        "a..b@x",
        ".a@x",
        "a@x,b@y",
        "a@-x",
        "a@x..y",
        "สารบรรณ@x.th",
        "a@ตัวอย่าง.ไทย",
        "a" * 65 + "@x",
        "a@" + "b." * 130 + "c",
    ],
)
def test_anything_else_is_none(text: str) -> None:
    assert not is_mailbox(text)
