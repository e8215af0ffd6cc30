"""How often somebody may try: counters in the cache, one per window of time, shared by all processes."""

import hashlib

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.db import DatabaseError, InterfaceError

from core import clock

# By code: enough for a stack of papers at a desk. Without the code names could be tried: much fewer, also per number.
CODE_LIMIT = (30, 60)
NAME_LIMIT = (5, 60)
NUMBER_LIMIT = (20, 3600)
# Django's own time for a key that names none.
BRIEF = 300


def seconds_to_wait(kind: str, who: str, limit: tuple[int, int]) -> int:
    """Count one try; 0 when it is allowed, else the seconds until the next window."""
    tries, seconds = limit
    moment = int(clock.now().timestamp())
    key = f"try:{kind}:{hashlib.sha256(who.encode()).hexdigest()[:32]}:{moment // seconds}"
    return 0 if _count(key, seconds) <= tries else seconds - moment % seconds


def _count(key: str, seconds: int) -> int:
    """Without its cache the site still answers: then it says that it could not check."""
    cache = caches[getattr(settings, "THROTTLE_CACHE", "default")]
    try:
        tries = _one_more(cache, key, seconds)
        if seconds > BRIEF:
            # Some caches forget a counter's own time when it is raised.
            cache.touch(key, seconds)
        return tries
    except (DatabaseError, InterfaceError, OSError):
        return 0


def _one_more(cache: BaseCache, key: str, seconds: int) -> int:
    try:
        return cache.incr(key)
    except ValueError:
        return 1 if cache.add(key, 1, seconds) else cache.incr(key)
