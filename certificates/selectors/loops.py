"""pyHanko speaks in coroutines; nothing here waits for anything."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """To its end, also in a thread that runs a loop of its own; by the caller's clock."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(copy_context().run, asyncio.run, coroutine).result()
