from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from cli.directory_files import DirectoryFileError, read_directory
from domain.vocabulary import EdgeKind, OrganizationKind, Role, Secrecy
from services.import_directory import BodyRow, DeskRow, OfficerRow

BUENG_KAN = Path(__file__).parents[2] / "data" / "bueng_kan"
BODIES = """code,kind,name,area_code,above,valid_from,valid_until
hall,province,จังหวัดทดสอบ,38,,2011-03-23,
office,provincial_office,"สำนักงาน, จังหวัด",38,section_of hall;command hall,2011-03-23,2030-01-01
"""
DESKS = """code,organization_code,name,prefix,receives,has_circular_book,circular_digits
hall,hall,ศาลากลางจังหวัดทดสอบ,ทส 0017,yes,no,4
inner,hall,หน่วยย่อย,,no,yes,1
"""
OFFICERS = """subject,name,registry_code,role
clerk.hall,เจ้าหน้าที่,hall,clerk
"""
FILES = {"organizations.csv": BODIES, "registries.csv": DESKS, "officers.csv": OFFICERS}


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a good directory, in which a test changes some files."""

    def write(changed: dict[str, str | bytes] | None = None) -> Path:
        for name, content in (FILES | (changed or {})).items():
            data = content if isinstance(content, bytes) else content.encode()
            (tmp_path / name).write_bytes(data)
        return tmp_path

    return write


def test_a_good_directory_is_read(write: Callable[..., Path]) -> None:
    files = read_directory(write())
    assert files.bodies == [
        BodyRow(
            code="hall",
            kind=OrganizationKind.PROVINCE,
            name="จังหวัดทดสอบ",
            area_code="38",
            valid_from=date(2011, 3, 23),
            valid_until=None,
            above=[],
        ),
        BodyRow(
            code="office",
            kind=OrganizationKind.PROVINCIAL_OFFICE,
            name="สำนักงาน, จังหวัด",
            area_code="38",
            valid_from=date(2011, 3, 23),
            valid_until=date(2030, 1, 1),
            above=[(EdgeKind.SECTION_OF, "hall"), (EdgeKind.COMMAND, "hall")],
        ),
    ]
    assert files.desks == [
        DeskRow(
            code="hall",
            organization_code="hall",
            name="ศาลากลางจังหวัดทดสอบ",
            prefix="ทส 0017",
            receives=True,
            has_circular_book=False,
            circular_digits=4,
        ),
        DeskRow(
            code="inner",
            organization_code="hall",
            name="หน่วยย่อย",
            prefix=None,
            receives=False,
            has_circular_book=True,
            circular_digits=1,
        ),
    ]
    officer = OfficerRow(
        subject="clerk.hall", name="เจ้าหน้าที่", registry_code="hall", role=Role.CLERK
    )
    assert files.officers == [officer]


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["unix", "windows"])
def test_files_saved_by_a_spreadsheet_are_read(write: Callable[..., Path], ending: str) -> None:
    plain = read_directory(write())
    saved = {
        name: b"\xef\xbb\xbf" + text.replace("\n", ending).encode() for name, text in FILES.items()
    }
    assert read_directory(write(saved)) == plain


MAIL = """code,organization_code,name,prefix,receives,has_circular_book,circular_digits,mail
hall,hall,ศาลากลางจังหวัดทดสอบ,ทส 0017,yes,no,4,saraban@hall.example.go.th
inner,hall,หน่วยย่อย,,no,yes,1,
"""
CLEARED = """subject,name,registry_code,role,mail,clearance
clerk.hall,เจ้าหน้าที่,hall,clerk,clerk@hall.example.go.th,very_secret
deputy.hall,รองหัวหน้า,hall,deputy,,
"""


def test_mailboxes_and_clearances_may_be_given(write: Callable[..., Path]) -> None:
    files = read_directory(write({"registries.csv": MAIL, "officers.csv": CLEARED}))
    assert [desk.mail for desk in files.desks] == ["saraban@hall.example.go.th", None]
    assert [(one.role, one.mail, one.clearance) for one in files.officers] == [
        (Role.CLERK, "clerk@hall.example.go.th", Secrecy.VERY_SECRET),
        (Role.DEPUTY, None, None),
    ]


@pytest.mark.parametrize(
    ("name", "content", "good", "bad"),
    [
        ("registries.csv", MAIL, "saraban@hall", "saraban"),
        ("registries.csv", MAIL, "saraban@hall", "saraban@hall @"),
        ("officers.csv", CLEARED, "clerk@hall.example.go.th", '"a@b.th\nBcc: c@d.th"'),
        ("officers.csv", CLEARED, "clerk@hall.example.go.th", "<a@b.th>"),
        ("officers.csv", CLEARED, "clerk@hall.example.go.th", "clerk@hall..example.go.th"),
        ("officers.csv", CLEARED, "clerk@hall.example.go.th", "เสมียน@hall.example.go.th"),
        ("officers.csv", CLEARED, "very_secret", "ลับมาก"),
    ],
)
def test_a_mailbox_or_a_clearance_that_is_none_is_refused(
    write: Callable[..., Path], name: str, content: str, good: str, bad: str
) -> None:
    assert good in content
    folder = write({name: content.replace(good, bad)})
    with pytest.raises(DirectoryFileError, match=rf"^{name} line [23]: .+"):
        read_directory(folder)


@pytest.mark.parametrize(
    ("name", "content", "good", "bad"),
    [
        ("organizations.csv", BODIES, "valid_until", "valid_until,mail"),
        ("registries.csv", MAIL, ",mail", ",e-mail"),
        ("officers.csv", CLEARED, "clearance", "clearence"),
        ("officers.csv", OFFICERS, "role", "role,"),
    ],
)
def test_a_column_that_nobody_reads_is_refused(
    write: Callable[..., Path], name: str, content: str, good: str, bad: str
) -> None:
    folder = write({name: content.replace(good, bad, 1)})
    column = bad.rpartition(",")[2]
    with pytest.raises(DirectoryFileError, match=rf"^{name} line 1: unknown column '{column}'$"):
        read_directory(folder)


MISTAKES: list[tuple[str, str, str, str, int]] = [
    ("unknown kind", "organizations.csv", "provincial_office", "จังหวัด", 3),
    ("no date", "organizations.csv", "2011-03-23,\n", "23 มี.ค. 2554,\n", 2),
    ("no day", "organizations.csv", "2030-01-01", "2030-02-30", 3),
    ("date in B.E.", "organizations.csv", "2011-03-23,\n", "2554-03-23,\n", 2),
    ("end in B.E.", "organizations.csv", "2030-01-01", "2573-01-01", 3),
    ("unknown edge", "organizations.csv", "section_of hall", "above hall", 3),
    ("edge without a code", "organizations.csv", "section_of hall", "section_of", 3),
    ("edge with two codes", "organizations.csv", "section_of hall", "section_of hall office", 3),
    ("no code", "organizations.csv", "\nhall,", "\n,", 2),
    ("no name", "organizations.csv", "จังหวัดทดสอบ,38", " ,38", 2),
    ("column missing in the line", "organizations.csv", ",38,,2011-03-23,", ",38", 2),
    ("column too many", "organizations.csv", "2011-03-23,\n", "2011-03-23,,x\n", 2),
    ("flag", "registries.csv", "yes,no,4", "true,no,4", 2),
    ("empty flag", "registries.csv", "no,yes,1", "no,,1", 3),
    ("digits", "registries.csv", "yes,no,4", "yes,no,สี่", 2),
    ("no desk name", "registries.csv", "หน่วยย่อย", "", 3),
    ("unknown role", "officers.csv", ",clerk\n", ",เสมียน\n", 2),
    ("too many digits", "registries.csv", "yes,no,4", "yes,no,8", 2),
    ("area code", "organizations.csv", "จังหวัดทดสอบ,38", "จังหวัดทดสอบ,๓๘", 2),
    ("ended before it began", "organizations.csv", "2030-01-01", "2001-01-01", 3),
    ("no subject", "officers.csv", "\nclerk.hall", "\n", 2),
    ("line cut", "officers.csv", ",hall,clerk", "", 2),
]


@pytest.mark.parametrize(
    ("name", "good", "bad", "line"), [one[1:] for one in MISTAKES], ids=[one[0] for one in MISTAKES]
)
def test_a_mistake_names_its_file_and_line(
    write: Callable[..., Path], name: str, good: str, bad: str, line: int
) -> None:
    assert good in FILES[name]
    folder = write({name: FILES[name].replace(good, bad, 1)})
    with pytest.raises(DirectoryFileError, match=rf"^{name} line {line}: .+"):
        read_directory(folder)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "content",
    [b"", "เรื่อง,อื่น\n1,2\n".encode(), "หน่วยงาน".encode("cp874"), b"\x00\x00\n"],
    ids=["empty", "other columns", "TIS-620", "binary"],
)
def test_a_file_of_another_kind_is_named(
    write: Callable[..., Path], name: str, content: bytes
) -> None:
    with pytest.raises(DirectoryFileError, match=name):
        read_directory(write({name: content}))


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(write: Callable[..., Path], name: str) -> None:
    folder = write()
    (folder / name).unlink()
    with pytest.raises(DirectoryFileError, match=name):
        read_directory(folder)


def test_the_reference_province_is_whole() -> None:
    files = read_directory(BUENG_KAN)
    kinds = Counter(body.kind for body in files.bodies)
    assert kinds == {
        OrganizationKind.NATIONAL_AGENCY: 1,
        OrganizationKind.PROVINCE: 1,
        OrganizationKind.PROVINCIAL_OFFICE: 1,
        OrganizationKind.DISTRICT: 8,
        OrganizationKind.SAO: 29,
        OrganizationKind.SUBDISTRICT_MUNICIPALITY: 14,
        OrganizationKind.TOWN_MUNICIPALITY: 1,
        OrganizationKind.PAO: 1,
    }
    kind_of = {body.code: body.kind for body in files.bodies}
    supervisors = Counter(
        kind_of[code]
        for body in files.bodies
        for kind, code in body.above
        if kind is EdgeKind.SUPERVISION
    )
    assert supervisors == {OrganizationKind.DISTRICT: 43, OrganizationKind.PROVINCE: 2}
    districts = [body for body in files.bodies if body.kind is OrganizationKind.DISTRICT]
    assert {body.above[0] for body in districts} == {(EdgeKind.COMMAND, "province-38")}
    assert len({body.code for body in files.bodies}) == len(files.bodies) == 56
    assert {desk.organization_code for desk in files.desks} == {one.code for one in files.bodies}
    stamping = {one.registry_code for one in files.officers if one.role is Role.CLERK}
    assert stamping == {desk.code for desk in files.desks}
