"""How often somebody may try: counters in the cache, one per window of time, shared by all processes."""

import hashlib
import logging

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache

from certificates.identifiers import normal_number
from core import clock

log = logging.getLogger(__name__)
# By code: enough for a stack of papers at a desk. Without the code names could be tried: much fewer, also per number.
CODE_LIMIT = (30, 60)
NAME_LIMIT = (5, 60)
NUMBER_LIMIT = (20, 3600)
# A file costs more to look at than a code, and nobody has a stack of them in hand.
FILE_LIMIT = (20, 60)
# Django's own time for a key that names none.
BRIEF = 300


class NotCounted(Exception):
    """The counters do not answer: nobody knows how many tries there were."""


def wait_by_code(address: str) -> int:
    """Count one try by code; 0 when it is allowed, else the seconds until the next window.

    Uncounted tries go on: a code is too long to be found by trying.
    """
    try:
        return seconds_to_wait("code", address, CODE_LIMIT)
    except NotCounted:
        return 0


def wait_by_file(address: str) -> int:
    """Count one file; as with codes, nothing can be found by trying, so that uncounted ones go on."""
    try:
        return seconds_to_wait("file", address, FILE_LIMIT)
    except NotCounted:
        return 0


def wait_by_name(address: str, number: str) -> int:
    """Count one try without the code, per address and per certificate however its number is spelt.

    Raises NotCounted: names must not be tried without limit.
    """
    if wait := seconds_to_wait("name", address, NAME_LIMIT):
        return wait
    return wait_by_number(number)


def wait_by_number(number: str) -> int:
    """Count one try at a certificate without its code, whoever makes it and wherever. Raises NotCounted."""
    known = normal_number(number)
    # What cannot be a number names no certificate that could be tried out.
    return seconds_to_wait("number", known, NUMBER_LIMIT) if known else 0


def seconds_to_wait(kind: str, who: str, limit: tuple[int, int]) -> int:
    """Count one try; 0 when it is allowed, else the seconds until the next window. Raises NotCounted."""
    tries, seconds = limit
    moment = int(clock.now().timestamp())
    key = f"try:{kind}:{hashlib.sha256(who.encode()).hexdigest()[:32]}:{moment // seconds}"
    return 0 if _count(key, seconds) <= tries else seconds - moment % seconds


def _count(key: str, seconds: int) -> int:
    cache = caches[getattr(settings, "THROTTLE_CACHE", "default")]
    try:
        tries = _one_more(cache, key, seconds)
        if seconds > BRIEF:
            # Some caches forget a counter's own time when it is raised.
            cache.touch(key, seconds)
        return tries
    except Exception as error:
        # Every cache has a family of errors of its own.
        log.exception("tries are not counted")
        raise NotCounted from error


def _one_more(cache: BaseCache, key: str, seconds: int) -> int:
    try:
        return cache.incr(key)
    except ValueError:
        return 1 if cache.add(key, 1, seconds) else cache.incr(key)
