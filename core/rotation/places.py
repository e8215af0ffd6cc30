"""What every place of sealed values can do, the rounds that take it over, and the list of those that no model tells."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import Protocol

from cryptography.exceptions import InvalidTag

from core.fields import seal, sealing_version, unseal

# What others keep changing under an old key is tried again so often; then an old process is still running.
ROUNDS = 5
_VERSION = re.compile(r"v([0-9]+):")

Tell = Callable[[int], None]


class RowsLeft(RuntimeError):
    """Values stand under an old key although all were gone through: some process still seals with it, or no key that
    is known opens them."""


class Place(Protocol):
    """Somewhere sealed values lie."""

    @property
    def label(self) -> str: ...

    def left(self) -> Iterator[str]:
        """The keys of the rows (names of the files) that hold a value under another key than the one that seals now,
        read from the values themselves."""

    def renew(self, tell: Tell) -> int:
        """Go through once and seal anew what can be; returns how many were changed."""


_registered: dict[str, Place] = {}


def register(place: Place) -> None:
    """Whoever seals into something that is no SealedField says where, once, at import."""
    _registered[place.label] = place


def registered() -> list[Place]:
    return [_registered[label] for label in sorted(_registered)]


def rotate(place: Place, tell: Tell = lambda done: None) -> int:
    """Seal everything there under the key that seals now; returns how many were changed. Raises RowsLeft."""
    done = 0
    for _round in range(ROUNDS):
        done += place.renew(partial(_tell_sum, tell, done))
        if not next(place.left(), ""):
            return done
    raise RowsLeft(f"{place.label}: {count_left(place)} rows stand under an old key ({_some(place)})")


def count_left(place: Place) -> int:
    return sum(1 for _key in place.left())


def _some(place: Place) -> str:
    return ", ".join(islice(place.left(), 5))


def _tell_sum(tell: Tell, before: int, now: int) -> None:
    tell(before + now)


def is_old(token: str) -> bool:
    """Does the version in front of the value name another key than the one that seals now?"""
    version = _VERSION.match(token)
    return version is not None and int(version[1]) != sealing_version()


def renewed(token: str, binding: str) -> str | None:
    """The same value under the key that seals now; None when no key that is known opens it."""
    try:
        return str(seal(unseal(token, binding), binding))
    except (InvalidTag, KeyError, ValueError):
        return None
