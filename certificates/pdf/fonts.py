"""Fonts of the printed sheet: found on the system, cut once to what names and sentences need, asked what they cover.

No font file lies in the repository. The cuts stand in FONT_DIR under names that change with their source; one process
writes at a time, behind a lock, and a rename makes each cut visible whole, so that several processes can start at once.
"""

import fcntl
import hashlib
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import uharfbuzz
from django.conf import settings

from core.errors import DomainError

CUT_VERSION = "1"
PLACES = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
PACKAGES = "fonts-noto-cjk fonts-noto-core"
# Vertical setting and stylistic variants: nothing of them is printed, and they are a third of the file.
DROPPED_TABLES = ("GSUB", "GPOS", "vhea", "vmtx", "VORG", "BASE")
INTERPUNCT = 0xB7


# GB 2312 level 1, level 2, and the rest of GBK: 喆, 堃, 镕 and other characters of names are only in the last.
PARTS = ("Han", "Han Second", "Han Third")


@dataclass(frozen=True)
class Face:
    """One weight of one family: the file it is cut from, the name inside it, and which characters are kept."""

    family: str
    weight: str
    file: str
    full_name: str
    keeps: str


REGULAR, BOLD = "NotoSerifCJK-Regular.ttc", "NotoSerifCJK-Bold.ttc"
LATIN = Face("Certificate Latin", "normal", "NotoSerif-Regular.ttf", "Noto Serif Regular", "latin")
LATIN_BOLD = Face("Certificate Latin", "bold", "NotoSerif-Bold.ttf", "Noto Serif Bold", "latin")
KANA = Face("Certificate Kana", "normal", REGULAR, "Noto Serif CJK JP", "japanese")
# An embedded subset keeps a place for every glyph up to its last one: common characters in a font of their own
# make a file a third as large as one font for all would.
HAN = tuple(Face(f"Certificate {part}", "normal", REGULAR, "Noto Serif CJK SC", part) for part in PARTS)
HAN_BOLD = tuple(Face(f"Certificate {part}", "bold", BOLD, "Noto Serif CJK SC Bold", part) for part in PARTS)
FACES = (LATIN, LATIN_BOLD, KANA, *HAN, *HAN_BOLD)
# What a rare character is taken from when the cuts lack it.
RARE = {"normal": HAN[0], "bold": HAN_BOLD[0]}
# Kept with the rules by which letters join and stack.
SHAPED = "shaped"
# Between letters of these scripts, and nowhere else: joiners, and Mongolian's choosers of forms and narrow blank.
_JOINING = (
    (re.compile("[\u0620-\u06ff]"), "\u200c\u200d"),
    (re.compile("[\u1820-\u18aa]"), "\u200c\u200d\u180b\u180c\u180d\u180e\u202f"),
)
_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u180b\u180c\u180d\u202f\u3164\uffa0")


def _script(name: str, file: str, weight: str, cut_of: str) -> Face:
    full_name = f"{file} {cut_of}"
    return Face(f"Certificate {name}", weight, f"{file.replace(' ', '')}-{cut_of}.ttf", full_name, SHAPED)


# Names of peoples with a script of their own. Two of these fonts come in one weight.
SCRIPTS = {
    weight: (
        _script("Uyghur", "Noto Naskh Arabic", weight, heavy),
        _script("Tibetan", "Noto Serif Tibetan", weight, heavy),
        _script("Mongolian", "Noto Sans Mongolian", weight, "Regular"),
        _script("Yi", "Noto Sans Yi", weight, "Regular"),
    )
    for weight, heavy in (("normal", "Regular"), ("bold", "Bold"))
}


@dataclass(frozen=True)
class Cut:
    """A face as it is embedded: where its bytes lie, their hash, what they cover."""

    face: Face
    path: Path
    sha256: str
    covers: frozenset[int]


@cache
def cut(face: Face) -> Cut:
    """The face cut to its characters, from FONT_DIR or made there now. Raises `fonts_missing`."""
    path = _cut_path(face)
    if not path.exists():
        with _only_writer():
            if not path.exists():
                _write_whole(path, _subset(_whole(face), _kept(face.keeps), layout=face.keeps == "latin"))
    body = path.read_bytes()
    covers = frozenset(uharfbuzz.Face(uharfbuzz.Blob(body)).unicodes)
    return Cut(face, path, hashlib.sha256(body).hexdigest(), covers)


def fonts_sha256() -> str:
    """One hash over all cuts: what a certificate's file records."""
    return hashlib.sha256("".join(cut(face).sha256 for face in FACES).encode()).hexdigest()


def rare_characters(text: str) -> frozenset[int]:
    """Characters that the cuts of both weights lack. Raises `glyphs_missing` when the full fonts lack one too."""
    if unseen := _unseen(text):
        raise DomainError("glyphs_missing", characters="".join(f"U+{ord(one):04X} " for one in unseen).strip())
    rare = frozenset(map(ord, text)) - _covered()
    if rare and (unknown := rare - _whole_covers()) and (unknown := unknown - _script_advances().keys()):
        raise DomainError("glyphs_missing", characters="".join(sorted(map(chr, unknown))))
    return rare


def _unseen(text: str) -> list[str]:
    """Signs that nobody sees: two names would look the same, or be read in another order. Letters that join may need
    some of them."""
    kept = {sign for letter, signs in _JOINING if letter.search(text) for sign in signs}
    found = {one for one in text if unicodedata.category(one) == "Cf" or one in _BLANK_LETTERS}
    return sorted(found - kept)


def uncovered(text: str) -> str:
    """Printed characters that the cuts of one weight lack: the machine's own fonts would be asked for them."""
    return "".join(sorted({one for one in text if not one.isspace() and ord(one) not in _covered()}))


def rare_cuts(characters: frozenset[int]) -> Iterator[tuple[Face, bytes]]:
    """A few characters of the full fonts as fonts of their own, in both weights: each from the first that has it."""
    for weight, han in RARE.items():
        left = characters
        for face in (han, *SCRIPTS[weight]):
            if left and (own := left & frozenset(_whole(face).unicodes)):
                yield face, _subset(_whole(face), own | {0x20}, layout=face.keeps == SHAPED)
                left -= own


def width(text: str, faces: Iterable[Face]) -> float:
    """How wide a line of text is, in ems; each character from the first face that has it, a rare one one em. Letters
    that join or stack take no more than they do alone."""
    advances = _advances_of(tuple(faces))
    return sum(advances[one] if one in advances else _rare_advance(one) for one in map(ord, text))


def _rare_advance(character: int) -> float:
    return 1.0 if character in _whole_covers() else _script_advances().get(character, 1.0)


@cache
def _script_advances() -> dict[int, float]:
    return {point: advance for face in SCRIPTS["bold"] for point, advance in _measured(_whole(face)).items()}


@cache
def _advances_of(faces: tuple[Face, ...]) -> Mapping[int, float]:
    return {point: advance for face in reversed(faces) for point, advance in _advances(face).items()}


@cache
def _advances(face: Face) -> dict[int, float]:
    return _measured(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(cut(face).path))))


def _measured(opened: uharfbuzz.Face) -> dict[int, float]:
    font = uharfbuzz.Font(opened)
    return {
        point: font.get_glyph_h_advance(font.get_nominal_glyph(point) or 0) / opened.upem for point in opened.unicodes
    }


@cache
def _covered() -> frozenset[int]:
    """What the cuts of both weights have."""
    weights = ((LATIN, *HAN), (LATIN_BOLD, *HAN_BOLD))
    return frozenset.intersection(*(frozenset().union(*(cut(face).covers for face in one)) for one in weights))


@cache
def _whole_covers() -> frozenset[int]:
    return frozenset.intersection(*(frozenset(_whole(face).unicodes) for face in RARE.values()))


@cache
def _whole(face: Face) -> uharfbuzz.Face:
    """The full font, found by the name inside it: the order in a collection changes between releases."""
    blob = uharfbuzz.Blob.from_file_path(str(_source(face)))
    for index in range(uharfbuzz.Face(blob).count):
        opened = uharfbuzz.Face(blob, index)
        if opened.get_name(uharfbuzz.OTNameIdPredefined.FULL_NAME) == face.full_name:
            return opened
    raise DomainError("fonts_missing", file=face.file, packages=PACKAGES)


@cache
def _source(face: Face) -> Path:
    for place in PLACES:
        for found in sorted(Path(place).expanduser().rglob(face.file)):
            return found
    raise DomainError("fonts_missing", file=face.file, packages=PACKAGES)


def _cut_path(face: Face) -> Path:
    """Another source, another cut: the name follows the source file, the kept characters and the cutter."""
    stat = _source(face).stat()
    facts = (CUT_VERSION, uharfbuzz.__version__, face, stat.st_size, stat.st_mtime_ns)
    stamp = hashlib.sha256(repr(facts).encode()).hexdigest()[:12]
    name = f"{face.family}-{face.weight}-{stamp}.otf".lower().replace(" ", "-")
    return Path(settings.FONT_DIR) / name


def _subset(face: uharfbuzz.Face, characters: frozenset[int], *, layout: bool) -> bytes:
    plan = uharfbuzz.SubsetInput()
    plan.sets(uharfbuzz.SubsetInputSets.UNICODE).update(characters)
    if not layout:
        tags = (int.from_bytes(table.encode(), "big") for table in DROPPED_TABLES)
        plan.sets(uharfbuzz.SubsetInputSets.DROP_TABLE_TAG).update(tags)
    return bytes(uharfbuzz.subset(face, plan).blob.data)


@cache
def _kept(name: str) -> frozenset[int]:
    if name == "latin":
        # Letters with marks of every European spelling; the interpunct of Han names is the Han font's.
        spans = ((0x20, 0x7F), (0xA0, 0x250), (0x2B0, 0x370), (0x1E00, 0x1F00), (0x2010, 0x2028))
        return frozenset(point for span in spans for point in range(*span)) - {INTERPUNCT}
    if name == "japanese":
        return _between("euc_jp", 0xA1, 0xCF, 0xA1) | {0x20}
    common, second = _between("gb2312", 0xA1, 0xD7, 0xA1), _between("gb2312", 0xD8, 0xF7, 0xA1)
    rest = _between("gbk", 0x81, 0xFE, 0x40) - common - second
    # Every font has a blank: blanks are set in the font of their neighbours.
    blank = frozenset({0x20})
    return dict(zip(PARTS, (common | blank, second | blank, rest | blank), strict=True))[name]


def _between(encoding: str, first: int, last: int, trail: int) -> frozenset[int]:
    """Every character that a double-byte encoding writes with lead bytes from first to last."""
    pairs = (bytes((one, two)) for one in range(first, last + 1) for two in range(trail, 0xFF))
    return frozenset().union(*({*map(ord, pair.decode(encoding, "ignore"))} for pair in pairs)) - frozenset(range(0x20))


@contextmanager
def _only_writer() -> Iterator[None]:
    folder = Path(settings.FONT_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "writer.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write_whole(path: Path, body: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    with os.fdopen(handle, "wb") as file:
        file.write(body)
    Path(name).chmod(0o644)
    Path(name).replace(path)
