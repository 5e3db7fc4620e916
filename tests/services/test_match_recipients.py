"""Lists of recipients find their bodies, and only what is clearly one body is decided."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from random import Random

import geothai
import pytest

from cli.directory_files import read_directory
from domain.intake.reading import RecipientRow
from domain.intake.vocabulary import MatchStatus
from domain.vocabulary import OrganizationKind
from services.candidate_directory import Alias, CandidateDirectory, build_directory, candidates_of
from services.import_directory import BodyRow
from services.match_recipients import RowMatch, match_rows
from tests.support.recipient_rows import FIRST_WORDS, bodies_of_the_nation, body, damaged, row

BUENG_KAN = Path(__file__).parents[2] / "data" / "bueng_kan"
SAO = FIRST_WORDS[OrganizationKind.SAO]
TOWN = FIRST_WORDS[OrganizationKind.SUBDISTRICT_MUNICIPALITY]
ACCEPTED, ASKED, REJECTED = MatchStatus.ACCEPTED, MatchStatus.ASKED, MatchStatus.REJECTED

# How the scan of the reference circular spells nine of its places and one of its districts.
SCANNED = {
    "บ้านต้อง": "บ้านด้อง",
    "ป่งไฮ": "ปงไฮ",
    "บุ่งคล้า": "บึงคล้า",
    "หนองเดิ่น": "หนองเติน",
    "โคกกว้าง": "โคกกวาง",
    "นากั้ง": "นาแก้ง",
    "นาดง": "นาตง",
    "ดอนหญ้านาง": "ดอนภูพานาง",
    "หนองเลิง": "หนองเล็ง",
}


@pytest.fixture(scope="module")
def province() -> list[BodyRow]:
    return read_directory(BUENG_KAN).bodies


@pytest.fixture(scope="module")
def bueng_kan(province: list[BodyRow]) -> CandidateDirectory:
    return candidates_of(province)


def scanned(one: BodyRow) -> RecipientRow:
    words = FIRST_WORDS[one.kind]
    place = one.name.removeprefix(words)
    area = one.area_code or ""
    district = geothai.district(area[:4] if len(area) > 2 else f"{area}01")
    assert district is not None
    name = SCANNED.get(district.name_th, district.name_th)
    return row(words + SCANNED.get(place, place), f"อำเภอ{name}")


def only(matches: Sequence[RowMatch]) -> RowMatch:
    (match,) = matches
    return match


def place_of(match: RowMatch) -> str | None:
    return match.organization.place if match.organization else None


def test_the_scanned_list_of_the_reference_circular_finds_all_its_bodies(
    province: list[BodyRow], bueng_kan: CandidateDirectory
) -> None:
    local = [one for one in province if one.kind in FIRST_WORDS]
    matches = match_rows([scanned(one) for one in local], province="บึงกาฬ", directory=bueng_kan)
    meant = [match.organization.code for match in matches if match.organization]
    assert meant == [one.code for one in local]
    assert len(meant) == 45
    # Most lines are names to the letter, and these are others by more than what looks alike.
    asked = [place_of(match) for match in matches if match.status is ASKED]
    assert asked == ["บุ่งคล้า", "นากั้ง", "ดอนหญ้านาง"]


def test_more_neighbours_than_the_list_names_do_not_mislead(province: list[BodyRow]) -> None:
    local = [one for one in province if one.kind in FIRST_WORDS]
    named = {(one.area_code, one.name) for one in local}
    others = [
        body(SAO + place.name_th, place.code)
        for district in geothai.districts("38")
        for place in geothai.subdistricts(district.code)
        if (place.code, SAO + place.name_th) not in named
    ]
    assert others
    whole = candidates_of([*province, *others])
    matches = match_rows([scanned(one) for one in local], province="บึงกาฬ", directory=whole)
    for match, one in zip(matches, local, strict=True):
        assert match.status in {ACCEPTED, ASKED}
        assert one.code in [ranked.candidate.code for ranked in match.candidates]
        if match.status is ACCEPTED:
            assert match.organization is not None
            assert match.organization.code == one.code
    assert sum(match.status is ASKED for match in matches) <= 3


@pytest.mark.parametrize("seed", [11, 12])
@pytest.mark.parametrize(("rate", "most_left"), [(0.0, 0.0), (0.05, 0.05), (0.1, 0.15)])
def test_damaged_names_are_right_or_asked(seed: int, rate: float, most_left: float) -> None:
    draw = Random(seed)  # noqa: S311 (the same lists each time)
    bodies = bodies_of_the_nation(draw)
    directory = candidates_of(bodies)
    accepted = right = left = 0
    for code in draw.sample([one.code for one in geothai.provinces()[1:]], 8):
        own = [one for one in bodies if (one.area_code or "")[:2] == code]
        chosen = draw.sample(own, min(40, len(own)))
        rows = [_damaged_row(one, rate, draw) for one in chosen]
        name = geothai.province(code)
        assert name is not None
        matches = match_rows(rows, province=name.name_th, directory=directory)
        for match, one in zip(matches, chosen, strict=True):
            is_accepted = match.status is ACCEPTED and match.organization is not None
            accepted += is_accepted
            left += not is_accepted
            right += match.status is ACCEPTED and match.organization.code == one.code  # type: ignore[union-attr]
    assert accepted + left > 250
    assert right >= 0.995 * accepted
    assert left <= most_left * (accepted + left)


@pytest.mark.parametrize("seed", [21, 22])
@pytest.mark.parametrize("rate", [0.0, 0.1])
def test_bodies_that_the_directory_lacks_are_not_taken_for_their_neighbours(
    seed: int, rate: float
) -> None:
    draw = Random(seed)  # noqa: S311 (the same lists each time)
    bodies = bodies_of_the_nation(draw)
    missing = {one.code for one in draw.sample(bodies, len(bodies) // 5)}
    directory = candidates_of([one for one in bodies if one.code not in missing])
    accepted = right = strangers = 0
    for code in draw.sample([one.code for one in geothai.provinces()[1:]], 8):
        own = [one for one in bodies if (one.area_code or "")[:2] == code]
        chosen = draw.sample(own, min(40, len(own)))
        name = geothai.province(code)
        assert name is not None
        rows = [_damaged_row(one, rate, draw) for one in chosen]
        strangers += sum(one.code in missing for one in chosen)
        matches = match_rows(rows, province=name.name_th, directory=directory)
        for match, one in zip(matches, chosen, strict=True):
            accepted += match.status is ACCEPTED
            right += match.status is ACCEPTED and match.organization.code == one.code  # type: ignore[union-attr]
    assert strangers > 40
    assert accepted > 150
    assert right >= 0.995 * accepted


def _damaged_row(one: BodyRow, rate: float, draw: Random) -> RecipientRow:
    district = geothai.district((one.area_code or "")[:4])
    named = damaged(f"อำเภอ{district.name_th}", rate, draw) if district else None
    return row(damaged(one.name, rate, draw), named)


# One district with two kinds of one name, and a second with a name of the first.
SMALL = [
    body("อำเภอเซกา", "3804", kind=OrganizationKind.DISTRICT, code="d1"),
    body("อำเภอปากคาด", "3805", kind=OrganizationKind.DISTRICT, code="d2"),
    body(f"{SAO}ท่าสะอาด", "380407", code="sao"),
    body(f"{TOWN}ท่าสะอาด", "380407", code="town"),
    body(f"{SAO}บ้านต้อง", "380404", code="tong"),
    body(f"{SAO}ศรีชมภู", "380401", code="si1"),
    body(f"{SAO}ศรีชมภู", "380501", code="si2"),
    body(f"{SAO}โนนศิลา", "380504", code="sila"),
    body("องค์การบริหารส่วนจังหวัดบึงกาฬ", "38", code="pao"),
]
SEKA, PAK_KHAT = "อำเภอเซกา", "อำเภอปากคาด"


@pytest.fixture(scope="module")
def small() -> CandidateDirectory:
    return candidates_of(SMALL)


def match(
    directory: CandidateDirectory, *rows: RecipientRow, province: str | None = "บึงกาฬ"
) -> list[RowMatch]:
    return match_rows(rows, province=province, directory=directory)


def test_one_name_in_two_kinds_is_told_apart_by_the_kind(small: CandidateDirectory) -> None:
    both = match(small, row(f"{SAO}ท่าสะอาด", SEKA), row(f"{TOWN}ท่าสะอาด", SEKA))
    assert [(one.status, one.organization and one.organization.code) for one in both] == [
        (ACCEPTED, "sao"),
        (ACCEPTED, "town"),
    ]
    unknown = only(match(small, row("ท่าสะอาด", SEKA)))
    assert unknown.status is ASKED
    assert {one.candidate.code for one in unknown.candidates[:2]} == {"sao", "town"}


def test_a_name_without_its_kind_costs_but_may_be_clear(small: CandidateDirectory) -> None:
    found = only(match(small, row("บ้านต้อง", SEKA)))
    assert (found.status, place_of(found)) == (ACCEPTED, "บ้านต้อง")
    assert found.score < 100


def test_another_kind_than_the_one_named_is_never_taken_silently(
    small: CandidateDirectory,
) -> None:
    found = only(match(small, row(f"{TOWN}บ้านต้อง", SEKA)))
    assert (found.status, place_of(found)) == (ASKED, "บ้านต้อง")


def test_one_name_in_two_districts_is_told_apart_by_the_district(
    small: CandidateDirectory,
) -> None:
    for district, code in ((SEKA, "si1"), (PAK_KHAT, "si2")):
        found = only(match(small, row(f"{SAO}ศรีชมภู", district)))
        assert found.status is ACCEPTED
        assert found.organization is not None
        assert found.organization.code == code
    nowhere = only(match(small, row(f"{SAO}ศรีชมภู")))
    assert (nowhere.status, nowhere.margin, nowhere.district) == (ASKED, 0, None)


def test_a_district_that_is_not_clear_is_asked(small: CandidateDirectory) -> None:
    found = only(match(small, row(f"{SAO}บ้านต้อง", "อำเภอหนองแห้ง")))
    assert (found.status, place_of(found)) == (ASKED, "บ้านต้อง")
    assert found.district is not None
    assert found.district.area is None


def test_a_place_like_no_other_makes_a_damaged_district_clear(small: CandidateDirectory) -> None:
    # Half of its letters are gone; no other place of the province is like this one.
    found = only(match(small, row(f"{SAO}บ้านต้อง", "อำเภอซก")))
    assert found.district is not None
    assert found.district.area is None
    assert (found.status, place_of(found)) == (ACCEPTED, "บ้านต้อง")
    twofold = only(match(small, row(f"{SAO}ศรีชมภู", "อำเภอซก")))
    assert twofold.status is ASKED


def test_a_place_in_two_kinds_of_one_district_makes_a_damaged_district_clear(
    small: CandidateDirectory,
) -> None:
    found = only(match(small, row(f"{SAO}ท่าสะอาด", "อำเภอซก")))
    assert (found.status, found.organization and found.organization.code) == (ACCEPTED, "sao")


def test_the_line_beside_it_makes_a_damaged_district_likely(small: CandidateDirectory) -> None:
    damaged_one = row(f"{SAO}โนนศิสา", "อำเภอปดด")
    assert only(match(small, damaged_one)).status is ASKED
    first, _ = match(small, damaged_one, row(f"{SAO}ศรีชมภู", PAK_KHAT))
    assert (first.status, place_of(first)) == (ACCEPTED, "โนนศิลา")
    other, _ = match(small, damaged_one, row(f"{SAO}ท่าสะอาด", SEKA))
    assert other.status is ASKED


@pytest.mark.parametrize(
    ("province", "status"),
    [("บึวกเฟ", ACCEPTED), ("สุโขทัย", ASKED), ("ไม่มีจริง", ASKED)],
)
def test_the_districts_confirm_a_damaged_province(
    small: CandidateDirectory, province: str, status: MatchStatus
) -> None:
    directory = candidates_of([*directory_bodies(small), body(f"{SAO}นาแก้ว", "470101")])
    found, _ = match(
        directory, row(f"{SAO}บ้านต้อง", SEKA), row(f"{SAO}โนนศิลา", PAK_KHAT), province=province
    )
    assert found.status is status


@pytest.mark.parametrize("written", ["บ้านต้องใต้", "บ้านต้องเหนือ"])
def test_a_name_that_goes_on_is_another_even_where_it_has_no_rival(
    small: CandidateDirectory, written: str
) -> None:
    others = [row(f"{SAO}โนนศิสา", "อำเภอปากดาด"), row(f"{TOWN}ท่าละอาด", SEKA)]
    found, *_ = match(small, row(SAO + written, SEKA), *others)
    assert (found.status, place_of(found)) == (ASKED, "บ้านต้อง")


def test_the_less_like_a_body_the_farther_any_other_must_be() -> None:
    # Two letters of six are others.
    damaged_one = row(f"{SAO}คลอวมะนเด", "อำเภอแซกา")
    bodies = [body(f"{SAO}คลองมะนาด", "380411"), body(f"{SAO}สมหวัง", "380412")]
    found = only(match(candidates_of(bodies), damaged_one))
    assert (found.status, place_of(found)) == (ACCEPTED, "คลองมะนาด")
    near = candidates_of([*bodies, body(f"{SAO}คลองมะเดื่อ", "380413")])
    assert only(match(near, damaged_one)).status is ASKED


@pytest.mark.parametrize(
    "text",
    [
        f"{SAO}โนนศิลาอำเภอปากคาด",
        f"{SAO}โนนศิสา ฮาแภอปากดาด",
        "อบต.โนนศิลา อ.ปากคาด",
        "อบต.โนนศิลา อปากคาด",
    ],
)
def test_a_district_is_cut_off_the_name_that_it_is_glued_to(
    small: CandidateDirectory, text: str
) -> None:
    found = only(match(small, row(text)))
    assert (found.status, place_of(found), found.row.as_written) == (ACCEPTED, "โนนศิลา", text)
    assert found.district is not None
    assert found.district.area is not None
    assert found.district.area.code == "3805"


@pytest.mark.parametrize("text", ["ที่ว่าการอำเภอปากคาด", "อำเภอปากคาด", "เทศบาลเมืองปากคาด"])
def test_who_is_called_like_the_district_is_not_cut(text: str) -> None:
    town = body("เทศบาลเมืองปากคาด", "380501", code="town of the district")
    found = only(match(candidates_of([*SMALL, town]), row(text)))
    assert found.district is None
    assert found.organization is not None
    assert found.organization.place == "ปากคาด"


@pytest.mark.parametrize("text", ["อปด.บ้านต้อง", "อ.บ.ต. บ้านต้อง", "ฮบต.บ้านต้อง", "อบต บ้านต้อง"])
def test_damaged_abbreviations_tell_the_kind(small: CandidateDirectory, text: str) -> None:
    found = only(match(small, row(text, SEKA)))
    assert (found.status, place_of(found)) == (ACCEPTED, "บ้านต้อง")


def test_a_body_of_the_province_is_found_whatever_district_is_named(
    small: CandidateDirectory,
) -> None:
    for district in (SEKA, PAK_KHAT, None):
        found = only(match(small, row("องค์การบริหารส่วนจังหวัดบึงกาฬ", district)))
        assert (found.status, place_of(found)) == (ACCEPTED, "บึงกาฬ")


def test_who_is_named_twice_is_asked_twice(small: CandidateDirectory) -> None:
    again = [row(f"{SAO}บ้านต้อง", SEKA), row(f"{SAO}โนนศิลา", PAK_KHAT), row(f"{SAO}บ้านต้อง", SEKA)]
    assert [one.status for one in match(small, *again)] == [ASKED, ACCEPTED, ASKED]


def test_who_is_named_exactly_elsewhere_is_no_rival() -> None:
    directory = candidates_of([body(f"{SAO}หนองแดง", "380401"), body(f"{SAO}หนองแดด", "380402")])
    alone = only(match(directory, row(f"{SAO}หนองแดค", SEKA)))
    assert (alone.status, alone.margin) == (ASKED, 7)
    first, second = match(directory, row(f"{SAO}หนองแดค", SEKA), row(f"{SAO}หนองแดง", SEKA))
    assert (first.status, place_of(first)) == (ACCEPTED, "หนองแดด")
    assert (second.status, place_of(second)) == (ACCEPTED, "หนองแดง")


def test_a_rival_within_five_points_is_one_even_if_it_is_named_elsewhere() -> None:
    directory = candidates_of(
        [body(f"{SAO}หนองบัวแดง", "380401"), body(f"{SAO}หนองบัวแดด", "380402")]
    )
    first, second = match(directory, row(f"{SAO}หนองบัวแดค", SEKA), row(f"{SAO}หนองบัวแดง", SEKA))
    assert (first.status, second.status) == (ASKED, ACCEPTED)


@pytest.mark.parametrize(
    "district",
    [
        pytest.param("อำเภอแดนสนธยา", id="nowhere in the country"),
        pytest.param("อำเภอหนองคาย", id="in no province by this name"),
        pytest.param("อำเภอสวี", id="of another province"),
        pytest.param("อำเภอเสนา", id="of another province, and like one of this"),
    ],
)
@pytest.mark.parametrize("written", [f"{SAO}บ้านต้อง", "อบต.บ้านต้อง", f"{SAO}โนนศิลา"])
def test_a_name_without_its_district_is_never_enough(
    small: CandidateDirectory, written: str, district: str
) -> None:
    assert only(match(small, row(written, district))).status is not ACCEPTED


def test_a_province_that_resembles_one_of_the_directory_is_not_that_one() -> None:
    directory = candidates_of([body(f"{SAO}บ้านกลาง", "480101")])
    for province, status in (("นครพนม", ACCEPTED), ("นครพนน", ACCEPTED), ("นครปฐม", ASKED)):
        found = only(match(directory, row(f"{SAO}บ้านกลาง", "อำเภอเมืองนครพนม"), province=province))
        assert found.status is status, province


@pytest.mark.parametrize(
    ("written", "status"),
    [
        pytest.param(f"{SAO}บ้านต้อง", ACCEPTED, id="to the letter"),
        pytest.param(f"{SAO} บ้านต้อง ", ACCEPTED, id="spaces tell nothing apart"),
        pytest.param("อบต.บ้านต้อง", ACCEPTED, id="abbreviated"),
        pytest.param(f"{SAO}บ้านตอง", ASKED, id="a tone is lost"),
        pytest.param(f"{SAO}บ้านด้อง", ASKED, id="a letter is another"),
        pytest.param(f"{TOWN}บ้านต้อง", ASKED, id="another kind"),
        pytest.param("บ้านต้อง", ASKED, id="no kind"),
        pytest.param("องคการบรหารสวนตาบลบ้านต้อง", ASKED, id="a damaged kind"),
        pytest.param(f"{SAO}ศรีชมภู", ASKED, id="twice in the province"),
    ],
)
def test_without_a_district_only_what_is_exact_and_alone_is_decided(
    small: CandidateDirectory, written: str, status: MatchStatus
) -> None:
    assert only(match(small, row(written))).status is status


@pytest.mark.parametrize("written", ["ต.บ้านต้อง", "ท.บ้านต้อง", "บ้านต้อง5", "ตบลบ้านต้อง"])
def test_what_may_be_left_of_another_kind_is_asked(small: CandidateDirectory, written: str) -> None:
    assert only(match(small, row(written, SEKA))).status is not ACCEPTED


def test_an_official_place_without_a_body_may_be_meant() -> None:
    # The district has a subdistrict โนนกาหลง, and its body is not in the directory.
    directory = candidates_of(
        [body(f"{TOWN}โนนกาลง", "341901"), body(f"{TOWN}โนนกลาง", "341907"), *SMALL]
    )
    district = "อำเภอพิบูลมังสาหาร"
    for written in (f"{TOWN}โนนกาหลง", f"{TOWN}โนนกาทลง", "เทศบาลดำบสโนนกาหลง"):
        found = only(match(directory, row(written, district), province="อุบลราชธานี"))
        assert found.status is ASKED, written
    known = body(f"{TOWN}โนนกาหลง", "341918")
    directory = candidates_of([*directory_bodies(directory), known])
    found = only(match(directory, row(f"{TOWN}โนนกาหลง", district), province="อุบลราชธานี"))
    assert (found.status, place_of(found)) == (ACCEPTED, "โนนกาหลง")


def directory_bodies(directory: CandidateDirectory) -> list[BodyRow]:
    return [
        body(one.name, one.district_code or one.province_code, kind=one.kind, code=one.code)
        for one in directory.candidates
    ]


SIX = ["สมหวัง", "ดงเจริญ", "ไผ่งาม", "หัวขัว", "แก่งเสี้ยน", "ลาดยาว"]


@pytest.mark.parametrize(
    ("line", "others", "status"),
    [
        pytest.param("คลองมะหาด", SIX, ASKED, id="all others are names to the letter"),
        pytest.param(
            "คลองมะหาด", ["สมหวังง", "ดงเจรญ", *SIX[2:]], ACCEPTED, id="others are damaged"
        ),
        pytest.param("คลองมะหาด", [], ASKED, id="one clean line"),
        pytest.param("คลองมะนาถ", [], ASKED, id="one clean line, another letter"),
        pytest.param("คลองมะนาต", [], ACCEPTED, id="one line, a letter that looks alike"),
    ],
)
def test_where_nothing_is_damaged_another_letter_is_another_name(
    line: str, others: Sequence[str], status: MatchStatus
) -> None:
    directory = candidates_of(
        [body(SAO + one, f"3804{nth:02}") for nth, one in enumerate(["คลองมะนาด", *SIX], 11)]
    )
    first, *_ = match(directory, *(row(SAO + one, SEKA) for one in [line, *others]))
    assert (first.status, place_of(first)) == (status, "คลองมะนาด")


def test_what_is_like_nothing_is_rejected(small: CandidateDirectory) -> None:
    found = only(match(small, row(f"{SAO}ฟ้าใสวิไล", SEKA)))
    assert (found.status, found.organization) == (REJECTED, None)
    assert len(found.candidates) <= 5


@pytest.mark.parametrize("province", ["เชียงใหม่", "ไม่มีจริง"])
def test_a_province_that_the_directory_lacks_decides_nothing(
    small: CandidateDirectory, province: str
) -> None:
    found = only(match(small, row(f"{SAO}บ้านต้อง", SEKA), province=province))
    assert found.status is ASKED


def test_the_districts_tell_the_province_where_the_list_does_not() -> None:
    elsewhere = [body(f"{SAO}บ้านต้อง", "570101"), body(f"{SAO}บางคล้า", "240201")]
    directory = candidates_of([*SMALL, *elsewhere])
    rows = [row(f"{SAO}บ้านด้อง", SEKA), row(f"{SAO}โนนศิลา", "อำเภอปากคาต")]
    found = match(directory, *rows, province=None)
    assert [(one.status, place_of(one)) for one in found] == [
        (ACCEPTED, "บ้านต้อง"),
        (ACCEPTED, "โนนศิลา"),
    ]


def test_a_learned_spelling_wins_in_its_kind_and_district() -> None:
    learned = Alias(
        kind=OrganizationKind.SAO, district_code="3804", folded="บานใหญโต", organization_code="tong"
    )
    directory = build_directory(candidates_of(SMALL).candidates, [learned])
    found = only(match(directory, row(f"{SAO}บ้านใหญ่โต", SEKA)))
    assert (found.status, found.score, place_of(found)) == (ACCEPTED, 100, "บ้านต้อง")
    for other in (row(f"{SAO}บ้านใหญ่โต", PAK_KHAT), row(f"{TOWN}บ้านใหญ่โต", SEKA)):
        assert only(match(directory, other)).status is not ACCEPTED


def test_a_learned_spelling_that_is_a_name_of_its_own_is_asked() -> None:
    learned = Alias(
        kind=OrganizationKind.SAO, district_code="3804", folded="ศรีชมภู", organization_code="tong"
    )
    directory = build_directory(candidates_of(SMALL).candidates, [learned])
    found = only(match(directory, row(f"{SAO}ศรีชมภู", SEKA)))
    assert found.status is ASKED
    assert {one.candidate.code for one in found.candidates[:2]} == {"tong", "si1"}


def test_who_has_ended_is_no_candidate() -> None:
    directory = candidates_of([body(f"{SAO}บ้านต้อง", "380404", until=date(2020, 1, 1))])
    assert only(match(directory, row(f"{SAO}บ้านต้อง", SEKA))).status is REJECTED


def test_nothing_is_asked_of_an_empty_list(small: CandidateDirectory) -> None:
    assert match(small) == []
    assert match(candidates_of([]), row(f"{SAO}บ้านต้อง", SEKA))[0].status is REJECTED


@pytest.mark.parametrize(
    "text", ["", " ", "์", "ๆ", "1", SAO, "เทศบาล", "ก" * 20_000, "ั" * 500, "\u200b"]
)
def test_no_line_makes_it_stumble(small: CandidateDirectory, text: str) -> None:
    found = only(match(small, row(text, text)))
    assert found.status is not ACCEPTED
