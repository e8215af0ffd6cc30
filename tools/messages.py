"""Message catalogues: compiled here when their source is newer, so that serving needs no gettext programs.

That every message of the code is translated is checked in tools/check.py.
"""

import ast
import os
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tools.environment import ROOT

CATALOGUES = ("locale/*/LC_MESSAGES/*.po", "*/locale/*/LC_MESSAGES/*.po")
MAGIC = 0x950412DE


@dataclass
class Message:
    """One entry of a catalogue; `texts` holds its plural forms by number, or one text under 0."""

    context: str | None = None
    singular: str = ""
    plural: str | None = None
    texts: dict[int, str] = field(default_factory=dict)
    fuzzy: bool = False

    @property
    def key(self) -> str:
        key = self.singular if self.context is None else f"{self.context}\x04{self.singular}"
        return key if self.plural is None else f"{key}\x00{self.plural}"

    @property
    def text(self) -> str:
        return "\x00".join(self.texts[number] for number in sorted(self.texts))

    @property
    def complete(self) -> bool:
        return bool(self.texts) and all(self.texts.values())


def catalogues(root: Path = ROOT) -> list[Path]:
    return sorted(path for pattern in CATALOGUES for path in root.glob(pattern))


def read(path: Path) -> list[Message]:
    """The messages of a .po or .pot file, the header included, obsolete entries (#~) left out."""
    return list(_entries(path.read_text(encoding="utf-8").splitlines()))


def _entries(lines: list[str]) -> Iterator[Message]:
    message, keyword = Message(), ""
    for line in (*lines, ""):
        if message.texts and not line.startswith(("msgstr", '"')):
            yield message
            message = Message()
        if line.startswith("#,") and "fuzzy" in line:
            message.fuzzy = True
        elif line.startswith(("msgctxt", "msgid", "msgstr", '"')):
            if not line.startswith('"'):
                keyword, _, line = line.partition(" ")
            _add(message, keyword, ast.literal_eval(line.strip()))


def _add(message: Message, keyword: str, part: str) -> None:
    if keyword == "msgctxt":
        message.context = (message.context or "") + part
    elif keyword == "msgid":
        message.singular += part
    elif keyword == "msgid_plural":
        message.plural = (message.plural or "") + part
    else:
        number = int(keyword[7:-1] or 0)
        message.texts[number] = message.texts.get(number, "") + part


def compiled(messages: list[Message]) -> bytes:
    """The .mo form: fuzzy and incomplete messages are left out, the header stays whatever its flags say."""
    usable = {m.key: m.text for m in messages if m.complete and (not m.fuzzy or not m.singular)}
    pairs = [(key.encode(), usable[key].encode()) for key in sorted(usable, key=str.encode)]
    tables: list[int] = []
    texts = b""
    start = 28 + 16 * len(pairs)
    for column in (0, 1):
        for pair in pairs:
            tables += [len(pair[column]), start + len(texts)]
            texts += pair[column] + b"\x00"
    header = (MAGIC, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, start)
    return struct.pack(f"<{7 + len(tables)}I", *header, *tables) + texts


def compile_newer(root: Path = ROOT) -> list[Path]:
    """Compile what changed; two commands may do so at once, hence the rename."""
    done = []
    for source in catalogues(root):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        part = target.with_suffix(f".{os.getpid()}.part")
        part.write_bytes(compiled(read(source)))
        part.replace(target)
        done.append(target)
    return done


def main() -> None:
    try:
        compile_newer()
    except (ValueError, SyntaxError, OSError) as problem:
        sys.exit(f"A message catalogue could not be compiled: {problem}. Look for a broken quote in locale/.")


if __name__ == "__main__":
    main()
