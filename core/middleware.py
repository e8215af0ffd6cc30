"""Guards around every request: two content security policies, GET that cannot write, domain errors as pages."""

import re
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.db import connections
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from core.errors import DomainError, NotAllowed

_WRITE = re.compile(
    r'^\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM|REPLACE\s+INTO)\s+"?(\w+)"?',
    re.I,
)


class WriteDuringGet(RuntimeError):
    """A GET tried to write a record: a reload or a crawler would repeat it."""


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """The strict policy everywhere, the editors' policy below EDITOR_PREFIX (Wagtail's admin needs inline code)."""

    def get_policy_parts(
        self,
        request: HttpRequest,
        response: HttpResponseBase,
        report_only: bool = False,
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith(settings.EDITOR_PREFIX) and parts.config is None:
            parts.config = settings.EDITOR_CONTENT_SECURITY_POLICY["DIRECTIVES"]
        return parts


class ClientAddressMiddleware:
    """Behind proxies REMOTE_ADDR is the nearest one: take the visitor's address from X-Forwarded-For, counted from the
    right by as many proxies as the operator vouches for (0: the header is ignored). Limits of tries rely on it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        if settings.TRUSTED_PROXIES and len(hops) >= settings.TRUSTED_PROXIES:
            request.META["REMOTE_ADDR"] = hops[-settings.TRUSTED_PROXIES]
        return self.get_response(request)


class NoNulMiddleware:
    """PostgreSQL takes no text with a NUL in it: none is asked for, and no page stands at such an address. What forms
    send, they check by themselves."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\0" in request.path_info:
            raise Http404
        asked = request.META.get("QUERY_STRING", "")
        # Taken out once, the halves of two could make another.
        while "%00" in asked:
            asked = request.META["QUERY_STRING"] = asked.replace("%00", "")
        return self.get_response(request)


class SameForEverybodyMiddleware:
    """An answer that its view marks `same_for_everybody` may be kept by any cache: what middleware looked at on the way
    (session, language) has not shaped it, and what middleware would hand to this visitor alone goes to nobody."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        if getattr(answer, "same_for_everybody", False):
            for header in ("Vary", "Content-Language"):
                del answer[header]
            # A session that is touched on the way sends its key again, and a cache would hand that to everybody.
            answer.cookies.clear()
        return answer


class ReadOnlyGetMiddleware:
    """Raises when a safe method writes to a table that is not bookkeeping of the visit itself."""

    # A function view answers OPTIONS as it answers GET.
    SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in self.SAFE or request.path_info.startswith(settings.READ_ONLY_GET_EXEMPT_PREFIXES):
            return self.get_response(request)
        with ExitStack() as stack:
            for connection in connections.all():
                stack.enter_context(connection.execute_wrapper(_refuse_writes))
            return self.get_response(request)


class DomainErrorMiddleware:
    """A domain error that no view has turned into words: out of reach is 404, anything else a plain 409 page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotAllowed):
            return render(request, "404.html", status=404)
        if isinstance(exception, DomainError):
            return render(
                request,
                "409.html",
                {"code": exception.code, "facts": exception.facts},
                status=409,
            )
        return None


def _refuse_writes(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    if (found := _WRITE.match(sql)) and found[1] not in settings.READ_ONLY_GET_EXEMPT_TABLES:
        raise WriteDuringGet(f"a GET wrote to {found[1]}")
    return execute(sql, params, many, context)
