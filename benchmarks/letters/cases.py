"""Texts written by hand with what they say.

To add one, add a tuple: a name, the text as a desk would get it, and what it says in plain words
(the names are those of `plain.LETTER`, digits in Arabic, years Gregorian). `rows` are the lines of
its lists, `stated` the counts in their titles, `undecided` the lines that nobody but a person may
decide, counted from 0. What the truth does not mention is not checked, except the number of letters
and the kinds of contradictions, which are always compared.
"""

from benchmarks.letters.cases_of_letters import LETTER_CASES
from benchmarks.letters.cases_of_lists import LIST_CASES
from benchmarks.letters.plain import Plain

Case = tuple[str, str, Plain]

_BAD_INPUT: list[Case] = [
    (
        "copied from a web page: marks without width, odd spaces, letters put together by hand",
        (
            "ที่ นม\u00a0๐๐๒๓.๒/ว\u200b ๔๑๐\r\nศาลากลางจังหวัดนครราชสีมา\r\n๑๔\u00a0มิถุนายน\u00a0๒๕๖๕\r\n"
            "เรื่อง การจดทะเบียนเเมวจร\r\nเรียน นายอ\u0e4d\u0e32เภอปักธงชัย\r\n"
            "ให้รายงานผลภายในวันที่\u200b๓๐\u00a0มิถุนายน\u00a0๒๕๖๕\r\nขอแสดงความนับถือ\r\n"
            "(นายปราชญ์ โคราช)\r\nผู้ว่าราชการจังหวัดนครราชสีมา\r\n"
        ),
        {
            "letters": [
                {
                    "numbers": ["นม 0023.2/ว 410"],
                    "date": "2022-06-14",
                    "issuer": "ศาลากลางจังหวัดนครราชสีมา",
                    "addressees": ["นายอำเภอปักธงชัย"],
                    "subject": "การจดทะเบียนแมวจร",
                    "deadlines": [("report", "2022-06-30")],
                }
            ]
        },
    ),
    ("empty text", "", {"letters": []}),
    ("one word twenty thousand times", "ที่" * 20_000, {"letters": []}),
    ("nothing but noise", "ฟฟฟ ๆๆๆ ๑๑๑ ??? //// ที่ที่ที่ เรื่องเรื่อง\n\n\n", {"letters": []}),
    ("a poem", "ลมเช้าพัดผ่านรวงข้าวสีทอง\nนกน้อยร้องรับตะวันเหนือท้องนา\n", {"letters": []}),
]
CASES: list[Case] = [*LETTER_CASES, *LIST_CASES, *_BAD_INPUT]
