"""Thai as PDF text layers and text recognition give it, folded to Unicode where that is sure."""

import re
from collections import Counter
from typing import Final

# Classes of letters, as a pattern names them; marks are spelled out, for alone they cannot be read.
_CONSONANT: Final = "\u0e01-\u0e2e"
_ABOVE_BELOW: Final = "\u0e31\u0e34-\u0e3a\u0e47\u0e4d\u0e4e"
_TONE: Final = "\u0e48-\u0e4b"
_THANTHAKHAT: Final = "\u0e4c"
_MARK: Final = f"{_ABOVE_BELOW}{_TONE}{_THANTHAKHAT}"
_RING: Final = "\u0e4d"

# Fonts before OpenType keep the moved and shortened forms of letters in the private area, one
# column for Windows and one for the Mac; what each means is fixed.
_PRIVATE_FORMS: Final = {
    "\N{THAI CHARACTER THO THAN}": (0xF700, 0xF89E),
    "\N{THAI CHARACTER YO YING}": (0xF70F, 0xF89A),
    "\N{THAI CHARACTER SARA I}": (0xF701, 0xF885),
    "\N{THAI CHARACTER SARA II}": (0xF702, 0xF886),
    "\N{THAI CHARACTER SARA UE}": (0xF703, 0xF887),
    "\N{THAI CHARACTER SARA UEE}": (0xF704, 0xF888),
    "\N{THAI CHARACTER MAI HAN-AKAT}": (0xF710, 0xF884),
    "\N{THAI CHARACTER NIKHAHIT}": (0xF711, 0xF899),
    "\N{THAI CHARACTER MAITAIKHU}": (0xF712, 0xF889),
    "\N{THAI CHARACTER SARA U}": (0xF718, 0xF89B),
    "\N{THAI CHARACTER SARA UU}": (0xF719, 0xF89C),
    "\N{THAI CHARACTER PHINTHU}": (0xF71A, 0xF89D),
    "\N{THAI CHARACTER MAI EK}": (0xF705, 0xF70A, 0xF713, 0xF88A, 0xF88B, 0xF88C),
    "\N{THAI CHARACTER MAI THO}": (0xF706, 0xF70B, 0xF714, 0xF88D, 0xF88E, 0xF88F),
    "\N{THAI CHARACTER MAI TRI}": (0xF707, 0xF70C, 0xF715, 0xF890, 0xF891, 0xF892),
    "\N{THAI CHARACTER MAI CHATTAWA}": (0xF708, 0xF70D, 0xF716, 0xF893, 0xF894, 0xF895),
    "\N{THAI CHARACTER THANTHAKHAT}": (0xF709, 0xF70E, 0xF717, 0xF896, 0xF897, 0xF898),
}
# A word may be broken there, but nothing is written; pdfium marks the hyphen at the end of a line.
_UNWRITTEN: Final = {"\u200b": "", "\u200c": "", "\u200d": "", "\ufeff": "", "\u00ad": ""}
_CHARACTERS: Final = str.maketrans(
    {chr(code): letter for letter, codes in _PRIVATE_FORMS.items() for code in codes}
    | _UNWRITTEN
    | {"\u00a0": " ", "\ufffe": "-", "\x02": "-"}
)

_GAP_BEFORE_AA: Final = re.compile(f"(?<=[{_CONSONANT}]) ([{_TONE}]?)า")
_GAP_BEFORE_OTHERS: Final = re.compile(f"(?<=[{_CONSONANT}]) [{_ABOVE_BELOW}ะ]")
# One after the other; no pattern can begin at one place in more than a few ways.
_STEPS: Final = (
    # These stand on a letter or behind one, never behind a space.
    (re.compile(f"(?<=[{_CONSONANT}{_MARK}]) {{1,3}}(?=[{_MARK}ะำ])"), ""),
    # Vowel, then tone mark: the order of Unicode, of keyboards and of all that compares.
    (re.compile(f"([{_TONE}{_THANTHAKHAT}])([{_ABOVE_BELOW}]{{1,2}})"), r"\2\1"),
    (re.compile(f"{_RING}([{_TONE}]?) ?า"), r"\1ำ"),
    (re.compile(f"ำ([{_TONE}])"), r"\1ำ"),
    # Bold that is printed twice, a little apart.
    (re.compile(f"([{_MARK}])\\1+"), r"\1"),
    (re.compile("เเ"), "แ"),
)
_WRITTEN_MARK: Final = re.compile(f"[{_MARK}]")
_PLACED_MARK: Final = re.compile(f"(?<=[{_CONSONANT}{_MARK}])[{_MARK}]")
# The Thai letter of each byte of TIS-620, by the Latin letter that has the same byte.
_THAI_OF_LATIN: Final = {
    byte: bytes((byte,)).decode("cp874") for byte in (*range(0xA1, 0xDB), *range(0xDF, 0xFC))
}


def fold_glyphs(text: str) -> str:
    """Return the text that the glyphs of a page stand for.

    What is not sure stays as it is: digits, doubled words, and gaps between whole letters.
    """
    folded = _close_gaps(_from_latin(text).translate(_CHARACTERS))
    for pattern, replacement in _STEPS:
        folded = pattern.sub(replacement, folded)
    return folded


def is_plausible_thai(text: str) -> bool:
    """Tell whether the characters beyond ASCII are Thai, with the marks where marks can stand."""
    kinds = Counter(_is_thai(letter) for letter in text if not letter.isascii())
    marks = len(_WRITTEN_MARK.findall(text))
    placed = len(_PLACED_MARK.findall(text))
    return kinds[True] > 0 and kinds[True] >= 4 * kinds[False] and placed * 10 >= marks * 9


def _is_thai(letter: str) -> bool:
    return "ก" <= letter <= "๛"


def _close_gaps(text: str) -> str:
    """Close the gaps before า, or read them as ำ, where the whole text shows which of both it is.

    Many fonts lose the ring of ำ in the text layer and leave a space (`ส านักงาน`): then no ำ is
    left at all. Letters that are set apart have gaps before the other vowels just as often.
    """
    gaps = len(_GAP_BEFORE_AA.findall(text))
    if gaps <= len(_GAP_BEFORE_OTHERS.findall(text)):
        return _GAP_BEFORE_AA.sub(r"\1า", text)
    if "ำ" in text or _RING in text:
        return text
    return _GAP_BEFORE_AA.sub(r"\1ำ", text)


def _from_latin(text: str) -> str:
    """Read the Thai that a font gave out as the Latin letters of the same bytes (`àÃ×èÍ§`)."""
    if any(_is_thai(letter) for letter in text):
        return text
    moved = sum("\u00a1" <= letter <= "\u00fb" for letter in text)
    thai = text.translate(_THAI_OF_LATIN)
    is_most = moved * 2 >= max(sum(letter.isalpha() for letter in text), 20)
    return thai if is_most and is_plausible_thai(thai) else text
