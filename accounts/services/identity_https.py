"""An identity service asked over HTTPS: signed questions, signed answers, nothing kept and nothing of a person logged.

The question is a POST of `{"at", "document_type", "name", "nonce", "number"}` as JSON with the header `X-Signature`:
the HMAC-SHA256 of `ask.` and the bytes sent, in hexadecimal digits. The answer is `{"nonce", "result"}`, signed alike
with `answer.` before it; `result` is `match`, `no_match` or `unavailable`, the nonce that of the question, so that no
answer serves twice. docs/operations.md tells an operator what a service has to do.
"""

import hashlib
import hmac
import json
import logging
import secrets
import ssl
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from accounts.services.timed_https import AnswerTooLong, post
from core import clock

log = logging.getLogger(__name__)
SIGNATURE = "X-Signature"
MATCH, NO_MATCH = "match", "no_match"
# An answer is two short words.
MAX_BYTES = 4096
# A connection that breaks and a service that stumbles are asked once more; a false answer never.
TRIES = 2
SHORTEST_KEY = 32


class IdentityServiceSilent(OSError):
    """No answer that counts. Says why in one word; holds nothing that was asked."""


class _Stumbled(IdentityServiceSilent):
    """May go better at once."""


class HttpsIdentityService:
    """Set up by PLATFORM_IDENTITY_URL and its neighbours; what they lack is refused before anybody is asked about."""

    def __init__(self) -> None:
        given: dict[str, str] = settings.IDENTITY_SERVICE
        self.name, self.url, self.key = given["name"], given["url"], given["key"].encode()
        self.timeout = float(given["timeout"])
        # The one that vouches for a service of a private network; without it the system's own store does.
        self.ca = given["ca"]
        address = urlsplit(self.url)
        if address.scheme != "https" or not address.hostname or address.username:
            raise ImproperlyConfigured("The identity service must be asked at an https:// address without a password.")
        if len(self.key) < SHORTEST_KEY or not self.name or not 0 < self.timeout <= 30:
            raise ImproperlyConfigured("The identity service needs a name, a long key, and up to 30 seconds.")

    def matches(self, *, name: str, document_type: str, number: str) -> bool:
        """Raises IdentityServiceSilent; then nothing is known of the person, one way or the other."""
        for left in reversed(range(TRIES)):
            try:
                return self._asked({"name": name, "document_type": document_type, "number": number})
            except IdentityServiceSilent as problem:
                log.warning("the identity service gave no answer that counts: %s", problem)
                if not left or not isinstance(problem, _Stumbled):
                    raise
        raise AssertionError("the last try has raised")

    def _asked(self, question: dict[str, str]) -> bool:
        nonce = secrets.token_hex(16)
        asked = {**question, "nonce": nonce, "at": clock.now().isoformat()}
        body = json.dumps(asked, ensure_ascii=False, sort_keys=True).encode()
        result = self._read(*self._posted(body), nonce)
        if result not in (MATCH, NO_MATCH):
            raise IdentityServiceSilent("unavailable" if result == "unavailable" else "unknown result")
        return result == MATCH

    def _posted(self, body: bytes) -> tuple[bytes, str]:
        """The bytes of an answer and its signature."""
        headers = {"Content-Type": "application/json", SIGNATURE: self._signature(b"ask.", body)}
        try:
            answer = post(
                self.url, body, headers, ca=self.ca, seconds=self.timeout, most=MAX_BYTES, signature=SIGNATURE
            )
        except (OSError, HTTPException) as problem:
            # The cause is left out: its words may repeat what was sent.
            raise _silence(problem) from None
        _require_ok(answer.status)
        return answer.content, answer.signature

    def _read(self, content: bytes, signature: str, nonce: str) -> str:
        if not hmac.compare_digest(signature.encode(), self._signature(b"answer.", content).encode()):
            raise IdentityServiceSilent("signature wrong")
        try:
            answer: Any = json.loads(content)
        except ValueError:
            raise IdentityServiceSilent("no JSON") from None
        if not isinstance(answer, dict) or answer.get("nonce") != nonce:
            raise IdentityServiceSilent("answer to another question")
        return str(answer.get("result"))

    def _signature(self, kind: bytes, content: bytes) -> str:
        return hmac.new(self.key, kind + content, hashlib.sha256).hexdigest()


def _require_ok(status: int) -> None:
    if status >= 500:
        raise _Stumbled(f"status {status}")
    if status != 200:
        raise IdentityServiceSilent(f"status {status}")


def _silence(problem: Exception) -> IdentityServiceSilent:
    if isinstance(problem, ssl.SSLCertVerificationError):
        return IdentityServiceSilent("certificate not trusted")
    if isinstance(problem, AnswerTooLong):
        return IdentityServiceSilent("answer too long")
    if isinstance(problem, TimeoutError):
        return _Stumbled("too slow")
    return _Stumbled("ConnectionError" if isinstance(problem, ConnectionError) else type(problem).__name__)
