"""Whom to believe, as a C2SP tlog-policy file: keys of logs and witnesses, and which witnesses together suffice.

A comment "# run by NAME: words" says who runs the witness NAME; "same operator" marks one that the log's operator runs.
No Django, no files.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from certificates.tlog.notes import COSIGNATURE, ED25519, NoteError, Verifier

SAME_OPERATOR = "same operator"
_RUN_BY = re.compile(r"#\s*run by (\S+):\s*(.+)")


class PolicyError(ValueError):
    """The file says something that cannot be followed; the text names the line."""


@dataclass(frozen=True)
class Witness:
    """Who cosigns: its key, where it answers, who runs it."""

    name: str
    key: Verifier
    url: str = ""
    run_by: str = ""

    @property
    def is_same_operator(self) -> bool:
        return self.run_by == SAME_OPERATOR


@dataclass(frozen=True)
class Group:
    """So many of these witnesses or groups."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class Policy:
    """Read with parse()."""

    logs: tuple[Verifier, ...] = ()
    witnesses: dict[str, Witness] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    quorum: str = "none"

    def log_keys(self, origin: str) -> list[Verifier]:
        return [key for key in self.logs if key.name == origin]

    def witness_keys(self) -> list[Verifier]:
        return [one.key for one in self.witnesses.values()]

    def is_met(self, cosigned: Collection[Verifier]) -> bool:
        """Do these keys together suffice? A witness counts once, however often it signed."""
        keys = set(cosigned)
        return self.quorum == "none" or self._holds(self.quorum, keys)

    def _holds(self, name: str, keys: set[Verifier]) -> bool:
        if name in self.witnesses:
            return self.witnesses[name].key in keys
        group = self.groups[name]
        return sum(self._holds(member, keys) for member in group.members) >= group.threshold

    @property
    def needed(self) -> tuple[int, int]:
        """In words: so many of so many. A nested quorum is told by its outer group."""
        if self.quorum in self.groups:
            group = self.groups[self.quorum]
            return group.threshold, len(group.members)
        return (0, len(self.witnesses)) if self.quorum == "none" else (1, 1)


def parse(text: str) -> Policy:
    reader = _Reader()
    for number, line in enumerate(text.split("\n"), 1):
        try:
            reader.read(line.strip(" \t"))
        except (NoteError, ValueError, IndexError, TypeError) as error:
            raise PolicyError(f"line {number}: {error}") from error
    return reader.result()


class _Reader:
    def __init__(self) -> None:
        self.logs: list[Verifier] = []
        self.witnesses: dict[str, tuple[Verifier, str]] = {}
        self.groups: dict[str, Group] = {}
        self.run_by: dict[str, str] = {}
        self.quorum: list[str] = []

    def read(self, line: str) -> None:
        if line.startswith("#"):
            if told := _RUN_BY.fullmatch(line):
                self.run_by[told[1]] = told[2].strip()
            return
        word, *rest = re.split(r"[ \t]+", line)
        readers: dict[str, Callable[..., None]] = {
            "": self._nothing,
            "log": self._log,
            "witness": self._witness,
            "group": self._group,
            "quorum": self._quorum,
        }
        if word not in readers:
            raise PolicyError(f"unknown word {word!r}")
        readers[word](*rest)

    def _nothing(self) -> None:
        pass

    def _log(self, vkey: str, url: str = "") -> None:
        key = Verifier.from_vkey(vkey)
        self._refuse_double(key, ED25519)
        self.logs.append(key)

    def _witness(self, name: str, vkey: str, url: str = "") -> None:
        key = Verifier.from_vkey(vkey)
        self._refuse_double(key, COSIGNATURE)
        self._refuse_taken(name)
        self.witnesses[name] = (key, url.rstrip("/"))

    def _group(self, name: str, threshold: str, *members: str) -> None:
        self._refuse_taken(name)
        unknown = [one for one in members if one not in self.witnesses and one not in self.groups]
        if not members or unknown or len(set(members)) < len(members):
            raise PolicyError("a group names witnesses and groups from above, each once")
        needed = {"any": 1, "all": len(members)}.get(threshold) or int(threshold)
        if not 1 <= needed <= len(members):
            raise PolicyError(f"{threshold} of {len(members)} is no threshold")
        self.groups[name] = Group(needed, members)

    def _quorum(self, name: str) -> None:
        if self.quorum or (name != "none" and name not in self.witnesses and name not in self.groups):
            raise PolicyError("one quorum, of a witness or group from above, or none")
        self.quorum.append(name)

    def _refuse_double(self, key: Verifier, kind: int) -> None:
        known = {one.public for one in self.logs} | {one.public for one, _url in self.witnesses.values()}
        if key.kind != kind or key.public in known:
            raise PolicyError("a key of another kind, or one that stands here already")

    def _refuse_taken(self, name: str) -> None:
        if name == "none" or name in self.witnesses or name in self.groups:
            raise PolicyError(f"the name {name} is taken")

    def result(self) -> Policy:
        if not self.quorum:
            raise PolicyError("no line says the quorum")
        found = {
            name: Witness(name=name, key=key, url=url, run_by=self.run_by.get(name, ""))
            for name, (key, url) in self.witnesses.items()
        }
        return Policy(logs=tuple(self.logs), witnesses=found, groups=self.groups, quorum=self.quorum[0])
