"""Which questions are asked: all of them, or a sample that touches every address and every login."""

import hashlib
from collections.abc import Iterable, Iterator

from tests.isolation.addresses import Address
from tests.isolation.probes import Probe
from tests.isolation.world import LOGINS, OWNERS, Owner

ALL_OWNERS = (*OWNERS, Owner.MISSING)
# Of methods that no page uses, one own and one foreign row are asked.
RARE = ("PUT", "DELETE", "OPTIONS")
# On pages without a row: a search for somebody's name, and a filter by somebody's institution.
SEARCHES = tuple(
    (query, owner) for query in ("q", "institution") for owner in (Owner.HOME, Owner.SIBLING, Owner.FOREIGN)
)
# Wagtail's windows in which editors look for pages, pictures, documents and people.
CHOOSERS = ("choose", "find", "results", "search", "usage", "autocomplete")
# In Wagtail's room one login per kind asks.
ONE_PER_KIND = tuple({login.kind: name for name, login in reversed(LOGINS.items())}.values())
SAMPLE = 6_400


def probes(declared: dict[str, Address]) -> Iterator[Probe]:
    for route, address in sorted(declared.items()):
        for login in ONE_PER_KIND if address.foreign_code else LOGINS:
            for method, owner in _questions(address):
                yield Probe(route, login, owner, method)
            if not (address.names_rows or address.foreign_code):
                yield from (Probe(route, login, owner, "GET", query) for query, owner in SEARCHES)
            elif address.foreign_code and any(word in route for word in CHOOSERS):
                yield from (Probe(route, login, owner, "GET", "q") for owner in (Owner.HOME, Owner.FOREIGN))


def _questions(address: Address) -> Iterator[tuple[str, Owner]]:
    owners = ALL_OWNERS if address.names_rows and not address.foreign_code else (Owner.HOME,)
    for owner in owners:
        yield "GET", owner
        yield "POST", owner
        yield "HEAD", owner
    if not address.foreign_code:
        for method in RARE:
            yield from ((method, owner) for owner in owners if owner in (Owner.HOME, Owner.FOREIGN))


def sample(found: Iterable[Probe], declared: dict[str, Address], size: int = SAMPLE) -> list[Probe]:
    """The same at every run: every address of ours by every kind of login, every address of Wagtail once, then by
    every login, and what else there is room for."""
    everything = sorted(found, key=_weight)
    passes: list[dict[tuple[str, str], Probe]] = [{}, {}]
    for probe in everything:
        foreign = declared[probe.route].foreign_code
        passes[0].setdefault((probe.route, "" if foreign else LOGINS[probe.login].kind), probe)
        passes[1].setdefault((probe.route, "" if foreign else probe.login), probe)
    chosen = dict.fromkeys([*passes[0].values(), *passes[1].values(), *everything])
    return list(chosen)[:size]


def _weight(probe: Probe) -> tuple[int, str]:
    """GET and POST find more than the rest."""
    return {"GET": 0, "POST": 0, "HEAD": 1}.get(probe.method, 2), _hash(probe)


def _hash(probe: Probe) -> str:
    return hashlib.sha256(str(probe).encode()).hexdigest()
