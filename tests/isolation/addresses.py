"""An address as declared, and the walk through the resolver that finds what nobody has declared."""

import re
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.architecture.test_addresses import addresses

# Logins that are refused what the nation and provinces enter, or the nation alone.
BELOW_PROVINCE = ("regulator city", "regulator sibling city", "regulator county", "regulator short number")
BELOW_NATION = ("regulator province", "regulator foreign province", *BELOW_PROVINCE)
PART = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Fixed:
    """A part of a route that names no row."""

    value: object


@dataclass(frozen=True)
class Address:
    """Who is answered at a route, whose rows it names, and what a POST sends. See the sentence of the package."""

    audience: frozenset[str]
    writers: frozenset[str]
    # Kinds that are answered only when the question names the institution: `?institution=`.
    asking: frozenset[str] = frozenset()
    # Logins of an answered kind that are refused all the same, by name.
    barred: frozenset[str] = frozenset()
    parts: Mapping[str, str | Fixed] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    shows: frozenset[str] = frozenset()
    reveals: bool = False
    at: str = ""
    # Wagtail's and allauth's own pages: they may answer their audience as they like, short of an error.
    foreign_code: bool = False
    # The world of the questions has nothing there: its readers are told so like everybody else.
    nothing_there: bool = False
    # Whoever is of the audience is answered about every row there is.
    of_all: bool = False
    # Signed anew at each question, with a time and a random number of its own: of two answers the status is compared.
    made_anew: bool = False
    # Machines with a token alone are answered here: no login is, and is told so by 401.
    by_token: bool = False

    @property
    def names_rows(self) -> bool:
        return any(isinstance(part, str) for part in self.parts.values())

    def path(self, route: str, value: Callable[[str], object]) -> str:
        """The address itself; `value` answers what stands for a row."""

        def fill(found: re.Match[str]) -> str:
            part = self.parts[found[1]]
            return str(part.value if isinstance(part, Fixed) else value(part))

        # Wagtail puts regular expressions inside its routes.
        return self.at or "/" + PART.sub(fill, route.replace("^", ""))


PUBLIC = "public"
# Every login, whatever its hat.
SIGNED_IN = "login"


def fixed(value: object) -> Fixed:
    return Fixed(value)


def public(**given: Any) -> Address:
    return _address(PUBLIC, **given)


def signed_in(**given: Any) -> Address:
    return _address(SIGNED_IN, **given)


def only(audience: str, **given: Any) -> Address:
    return _address(audience, **given)


def _address(
    audience: str,
    *,
    post: str | None = None,
    body: Mapping[str, Any] | None = None,
    asking: str = "",
    barred: Collection[str] = (),
    shows: str = "",
    reveals: bool = False,
    at: str = "",
    foreign_code: bool = False,
    nothing_there: bool = False,
    of_all: bool = False,
    made_anew: bool = False,
    by_token: bool = False,
    **parts: str | Fixed,
) -> Address:
    return Address(
        audience=frozenset(audience.split()),
        writers=frozenset((audience if post is None else post).split()),
        asking=frozenset(asking.split()),
        barred=frozenset(barred),
        parts=parts,
        body=body,
        shows=frozenset(shows.split()),
        reveals=reveals,
        at=at,
        foreign_code=foreign_code,
        nothing_there=nothing_there,
        of_all=of_all,
        made_anew=made_anew,
        by_token=by_token,
    )


def routes(patterns: list[Any] | None = None) -> set[str]:
    """Every route of the resolver; languages have the same routes and count once."""
    return {route for route, _view in addresses(patterns)}


def undeclared(found: Iterable[str], declared: Iterable[str]) -> list[str]:
    """What is wrong with the declarations, each as a sentence that says what to do."""
    found, declared = set(found), set(declared)
    missing = [
        f'The address "{route}" is not declared: add one line to tests/isolation/declared/<room>.py that says who is '
        f'answered there, such as "{route}": only("base regulator", {_parts_of(route)}), '
        "(tests/isolation/__init__.py explains the words)."
        for route in sorted(found - declared)
    ]
    gone = [
        f'The address "{route}" is declared in tests/isolation/declared/ and no longer exists: remove its line.'
        for route in sorted(declared - found)
    ]
    return missing + gone


def _parts_of(route: str) -> str:
    return ", ".join(f'{name}="…"' for name in PART.findall(route))


def missing_value(like: object) -> object:
    """A value of the same form that names no row."""
    if isinstance(like, uuid.UUID):
        return uuid.UUID("00000000-0000-4000-8000-000000000000")
    return 987_654_321 if isinstance(like, int) else "missing0"
