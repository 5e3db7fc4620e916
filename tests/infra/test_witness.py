"""Witnesses: a folder, and an address that keeps what is put."""

import os
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.witness import (
    FolderWitness,
    HttpWitness,
    Witness,
    WitnessAwayError,
    WitnessConflictError,
    open_witnesses,
)
from tests.support.loopback import Asked, open_loopback

ORIGIN = "wian.test/log"


def note(size: int, root: str = "cm9vdA==", origin: str = ORIGIN) -> str:
    return f"{origin}\n{size}\n{root}\n\n— {origin} c2lnbmF0dXJl\n"


async def put(witness: Witness, *sizes: int) -> None:
    for size in sizes:
        await witness.put(note(size), origin=ORIGIN, size=size)


async def listed(witness: Witness, origin: str = ORIGIN) -> list[str]:
    return [one async for one in witness.all(origin)]


def names(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir()]


class Store:
    """An object store: keeps what is put; can be told to misbehave."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.asked: list[Asked] = []
        self.misbehave: Callable[[Asked], tuple[int, bytes] | None] = lambda _: None

    def __call__(self, asked: Asked) -> tuple[int, bytes]:
        self.asked.append(asked)
        wrong = self.misbehave(asked)
        if wrong is not None:
            return wrong
        if asked.method == "GET":
            kept = self.kept.get(asked.path)
            return (404, b"nothing here") if kept is None else (200, kept)
        if asked.headers.get("if-none-match") == "*" and asked.path in self.kept:
            return 412, b""
        self.kept[asked.path] = asked.body
        return 201, b""


@pytest.fixture
def folder(tmp_path: Path) -> FolderWitness:
    return FolderWitness(tmp_path / "witness")


@pytest.fixture
def store() -> Store:
    return Store()


async def test_a_folder_keeps_a_file_a_size_and_the_latest(
    folder: FolderWitness, tmp_path: Path
) -> None:
    await put(folder, 9, 10, 9_999, 10_000, 123_456_789)
    log = tmp_path / "witness" / "wian.test%2Flog"
    files = {str(one.relative_to(log)): one for one in log.rglob("*") if one.is_file()}
    assert sorted(files) == [
        "0000000000000000/00000000000000000009",
        "0000000000000000/00000000000000000010",
        "0000000000000000/00000000000000009999",
        "0000000000000001/00000000000000010000",
        "0000000000012345/00000000000123456789",
        "latest",
    ]
    assert files["latest"].read_text() == note(123_456_789)


async def test_a_folder_gives_back_what_it_got_in_order(folder: FolderWitness) -> None:
    sizes = [1, 9, 10, 99, 100, 9_999, 10_000, 10_001, 2**63 - 1]
    await put(folder, *sizes)
    assert await listed(folder) == [note(size) for size in sizes]
    assert await folder.latest(ORIGIN) == note(2**63 - 1)


async def test_an_empty_folder_has_nothing_to_say(folder: FolderWitness) -> None:
    assert await folder.latest(ORIGIN) is None
    assert await listed(folder) == []


async def test_the_same_checkpoint_again_is_no_error(folder: FolderWitness) -> None:
    await put(folder, 5, 7, 5, 7)
    assert await listed(folder) == [note(5), note(7)]
    assert await folder.latest(ORIGIN) == note(7)


@pytest.mark.parametrize("size", [5, 7])
async def test_a_folder_never_replaces_a_checkpoint(folder: FolderWitness, size: int) -> None:
    await put(folder, 5, 7)
    with pytest.raises(WitnessConflictError, match=f"another one of {size} leaves"):
        await folder.put(note(size, root="b3RoZXI="), origin=ORIGIN, size=size)
    assert await listed(folder) == [note(5), note(7)]


async def test_a_folder_takes_nothing_smaller_than_its_newest(folder: FolderWitness) -> None:
    """A database restored from an older backup seals sizes that were passed before."""
    await put(folder, 5, 10_007)
    with pytest.raises(WitnessConflictError, match="keeps 10007 leaves already"):
        await put(folder, 6)
    assert await listed(folder) == [note(5), note(10_007)]


async def test_what_was_cut_off_before_the_latest_was_written_is_made_good(
    folder: FolderWitness, tmp_path: Path
) -> None:
    await put(folder, 5, 7)
    latest = tmp_path / "witness" / "wian.test%2Flog" / "latest"
    latest.write_text(note(5))
    assert await folder.latest(ORIGIN) == note(7)
    await put(folder, 7)
    assert latest.read_text() == note(7)


async def test_strangers_and_drafts_in_the_folder_are_passed_over(
    folder: FolderWitness, tmp_path: Path
) -> None:
    await put(folder, 5)
    log = tmp_path / "witness" / "wian.test%2Flog"
    (log / "0000000000000000" / ".00000000000000000006.draft").write_text("half")
    (log / "0000000000000000" / "notes.txt").write_text("whatever")
    (log / "0000000000000001").mkdir()
    (log / "๙๙๙").mkdir()
    assert await listed(folder) == [await folder.latest(ORIGIN)] == [note(5)]


@pytest.mark.parametrize(
    "origin", ["..", ".", "../../etc", "/etc", "a/../..", "wian.test/log/2", "เวียน/บันทึก", ".x"]
)
async def test_no_origin_leads_out_of_the_folder(tmp_path: Path, origin: str) -> None:
    witness = FolderWitness(tmp_path / "witness")
    await witness.put(note(1, origin=origin), origin=origin, size=1)
    assert await witness.latest(origin) == note(1, origin=origin)
    assert names(tmp_path) == ["witness"]
    (log,) = names(tmp_path / "witness")
    assert not log.startswith(".")
    assert await witness.latest(ORIGIN) is None


async def test_logs_are_kept_apart(folder: FolderWitness) -> None:
    await put(folder, 100)
    second = ORIGIN + "/2"
    await folder.put(note(1, origin=second), origin=second, size=1)
    assert await listed(folder) == [note(100)]
    assert await listed(folder, second) == [note(1, origin=second)]


async def test_bytes_that_are_no_text_come_back_as_no_checkpoint(
    folder: FolderWitness, tmp_path: Path
) -> None:
    await put(folder, 5)
    place = tmp_path / "witness/wian.test%2Flog/0000000000000000/00000000000000000005"
    place.write_bytes(b"\xff\xfe")
    assert await folder.latest(ORIGIN) == "\ufffd\ufffd"
    with pytest.raises(WitnessConflictError):
        await put(folder, 5)


async def test_a_folder_that_cannot_be_used_is_away(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    witness = FolderWitness(tmp_path / "file" / "witness")
    with pytest.raises(WitnessAwayError):
        await put(witness, 1)
    with pytest.raises(WitnessAwayError):
        await witness.latest(ORIGIN)
    with pytest.raises(WitnessAwayError):
        await listed(witness)


async def test_a_file_that_cannot_be_read_is_no_silence(
    folder: FolderWitness, tmp_path: Path
) -> None:
    await put(folder, 5)
    (tmp_path / "witness/wian.test%2Flog/0000000000000000/00000000000000000006").mkdir()
    with pytest.raises(WitnessAwayError):
        await folder.latest(ORIGIN)
    with pytest.raises(WitnessAwayError):
        await listed(folder)


async def test_a_crash_before_the_link_leaves_no_checkpoint(
    folder: FolderWitness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(folder, 5)

    def fail(descriptor: int) -> None:
        del descriptor
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(WitnessAwayError, match="disk full"):
            await put(folder, 6)
    assert await listed(folder) == [note(5)]
    names = {one.name for one in (tmp_path / "witness").rglob("*")}
    assert not {name for name in names if name.startswith(".")}
    await put(folder, 6)
    assert await folder.latest(ORIGIN) == note(6)


async def test_an_address_keeps_what_is_put(store: Store) -> None:
    async with open_loopback(store) as url:
        witness = HttpWitness(url + "/wian/")
        assert await witness.latest(ORIGIN) is None
        assert await listed(witness) == []
        await put(witness, 5, 7, 5, 7)
        assert await witness.latest(ORIGIN) == note(7)
        assert await listed(witness) == [note(7)]
    assert store.kept == {
        "/wian/wian.test%2Flog/5": note(5).encode(),
        "/wian/wian.test%2Flog/7": note(7).encode(),
        "/wian/wian.test%2Flog/latest": note(7).encode(),
    }
    assert sum(asked.method == "PUT" for asked in store.asked) == 4


@pytest.mark.parametrize("size", [5, 7])
async def test_an_address_is_never_asked_to_replace_a_checkpoint(store: Store, size: int) -> None:
    async with open_loopback(store) as url:
        witness = HttpWitness(url)
        await put(witness, 5, 7)
        before = dict(store.kept)
        with pytest.raises(WitnessConflictError, match=f"another one of {size} leaves"):
            await witness.put(note(size, root="b3RoZXI="), origin=ORIGIN, size=size)
        with pytest.raises(WitnessConflictError, match="keeps 7 leaves already"):
            await put(witness, 6)
    assert store.kept == before


async def test_another_latest_of_the_same_size_is_a_conflict(store: Store) -> None:
    async with open_loopback(store) as url:
        store.kept["/wian.test%2Flog/latest"] = note(7, root="b3RoZXI=").encode()
        with pytest.raises(WitnessConflictError, match="another one of 7 leaves"):
            await put(HttpWitness(url), 7)
    assert list(store.kept) == ["/wian.test%2Flog/latest"]


async def test_a_checkpoint_that_came_in_between_is_not_replaced(store: Store) -> None:
    """Between our look and our writing another one wrote: the condition on the PUT holds."""

    def arrive(asked: Asked) -> None:
        if asked.method == "PUT":
            store.kept.setdefault("/wian.test%2Flog/7", note(7, root="b3RoZXI=").encode())

    store.misbehave = arrive
    async with open_loopback(store) as url:
        with pytest.raises(WitnessConflictError, match="refused 7"):
            await put(HttpWitness(url), 7)
    assert "/wian.test%2Flog/latest" not in store.kept


async def test_a_put_that_was_cut_off_is_finished_by_the_next(store: Store) -> None:
    store.misbehave = lambda asked: (
        (503, b"") if asked.method == "PUT" and asked.path.endswith("latest") else None
    )
    async with open_loopback(store) as url:
        witness = HttpWitness(url)
        with pytest.raises(WitnessAwayError, match="answered 503"):
            await put(witness, 7)
        store.misbehave = lambda _: None
        await put(witness, 7)
        assert await witness.latest(ORIGIN) == note(7)


@pytest.mark.parametrize("status", [302, 307, 401, 403, 500, 503])
async def test_an_answer_that_is_none_means_away(store: Store, status: int) -> None:
    store.misbehave = lambda _: (status, note(9).encode())
    async with open_loopback(store) as url:
        witness = HttpWitness(url)
        with pytest.raises(WitnessAwayError, match=f"answered {status}"):
            await witness.latest(ORIGIN)
        with pytest.raises(WitnessAwayError, match=f"answered {status}"):
            await put(witness, 1)


async def test_silence_and_a_closed_door_mean_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HttpWitness, "SECONDS", 0.05)
    async with open_loopback(lambda _: None) as url:
        with pytest.raises(WitnessAwayError):
            await HttpWitness(url).latest(ORIGIN)
    with pytest.raises(WitnessAwayError):
        await HttpWitness(url).latest(ORIGIN)


async def test_a_latest_that_says_no_size_is_replaced_only_by_a_new_one(store: Store) -> None:
    store.kept["/wian.test%2Flog/latest"] = ("x\n" + "9" * 5000).encode()
    async with open_loopback(store) as url:
        witness = HttpWitness(url)
        assert await witness.latest(ORIGIN) == "x\n" + "9" * 5000
        await put(witness, 7)
        assert await witness.latest(ORIGIN) == note(7)


async def test_a_password_is_sent_and_never_shown(store: Store) -> None:
    async with open_loopback(store) as url:
        witness = HttpWitness(url.replace("://", "://me:p%40ss@"))
        await put(witness, 1)
    assert witness.name == url
    expected = "Basic " + b64encode(b"me:p@ss").decode()
    assert {asked.headers["authorization"] for asked in store.asked} == {expected}


@pytest.mark.parametrize(
    "url",
    [
        "http://witness.test/wian",
        "http://me:word@witness.test",
        "ftp://witness.test",
        "file:///tmp/witness",
        "witness.test",
        "https://",
        "https://witness.test/?key=1",
        "https://witness.test/#here",
        "https://พยาน.test/",
    ],
)
def test_an_address_that_is_none_or_in_the_open_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="address") as caught:
        HttpWitness(url)
    assert "word" not in str(caught.value)


def test_what_is_set_up_is_opened(tmp_path: Path) -> None:
    assert open_witnesses(None, []) == []
    opened = open_witnesses(tmp_path, ["https://a.test/x/", "http://[::1]:9/", "http://localhost"])
    assert [one.name for one in opened] == [
        str(tmp_path),
        "https://a.test/x",
        "http://[::1]:9",
        "http://localhost",
    ]
    assert [type(one) for one in opened] == [FolderWitness, *[HttpWitness] * 3]
