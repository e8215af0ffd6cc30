"""A seal service elsewhere: it gets a SHA-256 and nothing of the document, and answers with a signature.

POST {"algorithm": "sha256", "digest": base64, "certificate": hex} with a bearer token; {"signature": base64} answers.
"""

import base64
import binascii
import json

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from certificates.seals.elsewhere import chain_of
from certificates.seals.options import Options
from core.errors import DomainError

# Seconds until a connection stands, and until the next byte of the answer.
TIMEOUT = (5, 15)
LONGEST_ANSWER = 64 * 1024


class HttpSealProvider:
    """Over TLS alone; redirects are not followed, answers are short, and every signature is verified by the caller."""

    def __init__(self, known: Options) -> None:
        if not known.url.startswith("https://"):
            raise DomainError("seal_failed", reason="url_not_https")
        self.chain: tuple[x509.Certificate, ...] = chain_of(known)
        self._url, self._token = known.url, known.token
        self._fingerprint = self.chain[0].fingerprint(hashes.SHA256()).hex()

    def sign(self, digest: bytes) -> bytes:
        question = {
            "algorithm": "sha256",
            "digest": base64.b64encode(digest).decode(),
            "certificate": self._fingerprint,
        }
        with requests.post(
            self._url,
            json=question,
            headers={"Authorization": f"Bearer {self._token}"},
            timeout=TIMEOUT,
            allow_redirects=False,
            stream=True,
        ) as answer:
            # requests' errors are OSErrors, which the caller takes for "nobody answers".
            if answer.status_code != 200:
                raise OSError(f"the seal service answered {answer.status_code}")
            return _signature(answer.raw.read(LONGEST_ANSWER + 1, decode_content=True))


def _signature(body: bytes) -> bytes:
    """Raises OSError for whatever is no answer."""
    try:
        if len(body) > LONGEST_ANSWER:
            raise ValueError("too long")
        return base64.b64decode(json.loads(body)["signature"], validate=True)
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise OSError("the seal service answered something else") from error
