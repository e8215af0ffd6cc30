"""Text as people here write it: normal forms, masking, and the two-character pairs that Chinese search needs."""

import re
import unicodedata
from itertools import pairwise

INTERPUNCT = "\u00b7"
_LOOKALIKES = "\u2022\u30fb\uff0e\u2027\u2219\uff65\u22c5\u318d."
_HAN = r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_BETWEEN_HAN = re.compile(f"(?<={_HAN})\\s*[{re.escape(_LOOKALIKES + INTERPUNCT)}]\\s*(?={_HAN})")
_RUN = re.compile(r"[a-z0-9]+|[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")


def narrow(value: str) -> str:
    """Full-width letters and digits as ordinary ones, outer blanks gone (NFKC)."""
    return unicodedata.normalize("NFKC", value).strip()


def compact(value: str) -> str:
    """An identifier as typed, without blanks and hyphens, upper case."""
    return re.sub(r"[\s\-\u2010-\u2015]", "", narrow(value)).upper()


def normal_name(value: str) -> str:
    """A person's name in its one spelling: look-alike interpuncts between Han characters become U+00B7.

    Source: 民委发〔2016〕33号. Rare characters stay as they are (NFC, never NFKC, which would change them).
    """
    name = re.sub(r"\s+", " ", unicodedata.normalize("NFC", value)).strip()
    return _BETWEEN_HAN.sub(INTERPUNCT, name)


def name_key(value: str) -> str:
    """What two spellings of one name share: no interpunct, no blanks, case folded."""
    return re.sub(rf"[\s{INTERPUNCT}]", "", normal_name(value)).casefold()


# So many characters of a short number stay hidden: less could be tried out against a check of the number.
LEAST_HIDDEN = 5


def mask_number(number: str) -> str:
    """The number of any document as pages, tables and mails show it, by its form.

    Identity cards and permits of 15 or 18 characters: the first three and the last four (000***********0018). Passports
    and travel permits: the letter in front and up to three at the end (E*****678, H*******901, *****678).
    """
    if len(number) >= 15:
        return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"
    head = 1 if number[:1].isalpha() and len(number) > LEAST_HIDDEN else 0
    tail = min(3, max(len(number) - head - LEAST_HIDDEN, 0))
    return f"{number[:head]}{'*' * (len(number) - head - tail)}{number[len(number) - tail :]}"


def mask_phone(phone: str) -> str:
    """+86 13800000018 as 138****0018."""
    digits = phone.removeprefix("+86")
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 8 else "****"


def mask_email(address: str) -> str:
    """hemin@demo.invalid as h***@demo.invalid."""
    name, _, host = address.partition("@")
    return f"{name[:1]}***@{host}" if host else "***"


def mask_name(name: str) -> str:
    """A holder who has not agreed to publish the name: first character, then stars; Latin names by initials."""
    if re.search(_HAN, name):
        return name[:1] + "*" * max(len(name.replace(INTERPUNCT, "")) - 1, 1)
    return " ".join(f"{part[:1]}***" for part in name.split()) or "***"


# An identity number or a mainland phone inside any text, also with blanks or hyphens between its groups.
_GAP = r"[ \u00a0-]?"
_NUMBER_IN_TEXT = re.compile(
    rf"(?<![0-9])[1-9]\d{{5}}{_GAP}(?:18|19|20)\d{{2}}{_GAP}\d{{4}}{_GAP}\d{{3}}[0-9Xx](?![0-9])"
    rf"|(?<![0-9])\d{{17}}[0-9Xx](?![0-9])|(?<![0-9])\d{{15}}(?![0-9])"
    rf"|(?<![0-9])(?:\+?86{_GAP})?1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}(?![0-9])"
)
# Documents of fewer characters: the permanent residence card of 15, travel permits of Hong Kong and Macao (a letter and
# 8 or 10 digits) and Taiwan (8 digits, unless they are a day), passports (one or two letters, then 6 to 8 digits).
_DAY = r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_WORD = r"[A-Za-z0-9_.\-]"
_SHORT_IN_TEXT = re.compile(
    rf"(?<!{_WORD})(?:[A-Za-z]{{3}}\d{{12}}|[HMhm]\d{{10}}|[A-Za-z]{{1,2}}\d{{6,8}}|(?!{_DAY})\d{{8}})(?![A-Za-z0-9_\-])"
)


def mask_numbers_in(text: str) -> str:
    """Any text with the identity numbers and phones in it masked: for log lines and error reports.

    Known by their form alone, so that a word of the same form is masked too, and a passport that another country writes
    otherwise is not: no line of ours says a number.
    """
    return _SHORT_IN_TEXT.sub(lambda found: mask_number(found[0]), _NUMBER_IN_TEXT.sub(_masked_match, text))


def _masked_match(found: re.Match[str]) -> str:
    digits = re.sub(r"[^0-9Xx]", "", found[0])
    return mask_number(digits) if len(digits) >= 15 else mask_phone(digits.removeprefix("86"))


def search_tokens(text: str) -> set[str]:
    """Words of Latin script, and every pair of neighbouring Han or kana characters; the same for index and query.

    A run of one character is a token by itself, so that a single Han character can be found where it stands alone.
    """
    tokens: set[str] = set()
    for run in _RUN.findall(unicodedata.normalize("NFKC", text).lower()):
        if run[0].isascii():
            tokens.add(run)
        else:
            tokens |= {a + b for a, b in pairwise(run)} or {run}
    return tokens


def phone_number(value: str) -> str:
    """A mobile number as typed, in E.164 form (+ country code and number); empty when it is none.

    Without a country code it is one of the mainland: 1, then 3 to 9, then nine digits (lists of prefixes change).
    Every other country: + or 00 first, and no more checking than the form.
    """
    digits = re.sub(r"[().]", "", compact(value))
    digits = "+" + digits[2:] if digits.startswith("00") else digits
    if match := re.fullmatch(r"(?:\+?86)?(1[3-9][0-9]{9})", digits):
        return f"+86{match[1]}"
    foreign = re.fullmatch(r"\+(?!86|0)[0-9]{7,15}", digits)
    return digits if foreign else ""
