"""What scanning does to a text, drawn from a seed.

A share of the characters is damaged, spaces and line ends included, each by what its sort suffers:

- a consonant becomes one that looks like it (ด/ต, ก/ถ/ภ, ข/ช/ซ, น/ม, บ/ป, ค/ศ, พ/ฟ/ผ/ฝ, ฎ/ฏ …);
  one in ten is lost, one in ten gets a mark that was not there;
- a tone mark or a vowel above or below is lost, or as often becomes another one;
- a vowel in the line (เ แ โ ไ ใ า ะ ำ) becomes one that looks like it or is lost;
- a space is lost, doubled, or becomes the end of a line; the end of a line becomes a space;
- a full stop, a stroke, a dash or a bracket becomes another or is lost;
- a digit is rarely touched: it is drawn a seventh as often as a letter. It becomes a digit or a
  letter that looks like it (๓/๗, ๐/o, 1/l), and what a reader can then know is what stands there.

Line ends are drawn a quarter as often as letters: a scan tears few lines apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from benchmarks.letters.truth import Span

LEVELS = (0.0, 0.05, 0.10, 0.20)

_CONSONANTS = {
    **dict(zip("กถภขชซดตคศนมบปพฟผฝ", "ถภถชขชตดศคมนปบฟพฝผ", strict=True)),
    **dict(zip("ฎฏทฑฆญณลสจวรธฐอฮหฬงฉยฌฒ", "ฏฎฑทมณญสลวจธรอฮอทพวนบณต", strict=True)),
}
_ABOVE = "่้๊๋็์ัิีึื"
_BELOW = "ุู"
_VOWELS = dict(zip("เแโไใาะำๅ", "แเไใไเาาา", strict=True))
_DIGITS = {
    **dict(zip("๐๑๒๓๔๕๖๗๘๙", "o๐๖๗๕๔๒๓๙๘", strict=True)),
    **dict(zip("0123456789", "ol71458936", strict=True)),
}
_POINTS = dict(zip("./,:;-–()|“”\"'", ',l.;:–-](l""\'”', strict=True))


@dataclass(frozen=True, kw_only=True, slots=True)
class Scan:
    """A damaged text, and where each character of the clean one went."""

    text: str
    offsets: tuple[int, ...]

    def moved(self, span: Span) -> Span:
        """Return where a place of the clean text is now."""
        return self.offsets[span[0]], self.offsets[span[1]]

    def slice(self, span: Span) -> str:
        """Return what stands now at a place of the clean text."""
        start, end = self.moved(span)
        return self.text[start:end]


def scan(text: str, share: float, *, seed: str) -> Scan:
    """Damage so large a share of the characters of a text."""
    draw = Random(f"{seed}/{share}")  # noqa: S311 (the same in every run)
    chosen = _chosen(text, round(share * len(text)), draw)
    parts, offsets, length = [], [0], 0
    for nth, one in enumerate(text):
        parts.append(_damaged(one, draw) if nth in chosen else one)
        length += len(parts[-1])
        offsets.append(length)
    return Scan(text="".join(parts), offsets=tuple(offsets))


def _chosen(text: str, count: int, draw: Random) -> set[int]:
    """Draw places without putting any back, each as often as its sort is damaged."""
    keys = [(draw.random() ** (1 / _weight(one)), nth) for nth, one in enumerate(text)]
    return {nth for _, nth in sorted(keys, reverse=True)[:count]}


def _weight(one: str) -> float:
    return 1 / 7 if one in _DIGITS else 1 / 4 if one == "\n" else 1.0


def _damaged(one: str, draw: Random) -> str:
    return draw.choice(tuple(_ways(one)))


def _ways(one: str) -> Iterator[str]:
    """Give what a character may become, likely ones more than once."""
    if one in _CONSONANTS:
        yield from [_CONSONANTS[one]] * 8
        yield from ("", one + "์")
    elif one in _ABOVE:
        yield from [""] * 8
        yield from (other for other in _ABOVE if other != one)
    elif one in _BELOW:
        yield from ("", _BELOW.replace(one, ""))
    elif one in _VOWELS:
        yield from (_VOWELS[one], _VOWELS[one], "")
    elif one in _DIGITS:
        yield _DIGITS[one]
    elif one == "\n":
        yield " "
    elif one.isspace():
        yield from ("", "", "", one * 2, one * 2, "\n")
    else:
        yield from (_POINTS.get(one, ""), "")
