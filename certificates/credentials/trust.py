"""Whom a stand-alone verifier is to believe: the log's policy, and in its comments the issuer's keys and the seals."""

from collections.abc import Iterable
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from certificates.credentials.ring import key_ring
from certificates.models import IssuerKey, Seal
from certificates.selectors.seals import controllers_used, seals_used, stampers_used
from certificates.tlog import selectors as tlog

ABOUT = """\
# Whom to believe when a certificate is checked without its site: keys of the log, its witnesses and how many of them
# suffice (C2SP tlog-policy); the issuer's keys; seals, time-stamp authorities and what stands in both, as SHA-256 of
# the certificates (DER).
# Compare it with a copy from elsewhere, keep it, and give it to tools/verify_certificate.py --policy.
"""


def verification_policy() -> str:
    """ "" while the log has no policy."""
    if not (text := tlog.policy_text()):
        return ""
    issuers = [_issuer(key, until) for controller in controllers_used() for key, until in key_ring(controller)]
    seals, stampers = seals_used(), stampers_used()
    chains = [*(one.chain for one in seals), *(one.chain for one in stampers)]
    beside = _once(one for chain in chains for one in _chain(chain))
    lines = [*issuers, *_once(map(_seal, seals)), *(f"# stamp sha256:{one.fingerprint}" for one in stampers), *beside]
    return ABOUT + text.rstrip("\n") + "\n" + "".join(f"{line}\n" for line in lines)


def _once(lines: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(lines))


def _issuer(key: IssuerKey, until: datetime | None) -> str:
    """Signatures name whole seconds."""
    ended = f" until {_moment(until)}" if until else ""
    return f"# issuer {key.method} {key.public_key} from {_moment(key.active_from)}{ended}"


def _seal(seal: Seal) -> str:
    return f"# seal sha256:{seal.fingerprint}"


def _chain(chain: str) -> list[str]:
    found = x509.load_pem_x509_certificates(chain.encode()) if chain else []
    return [f"# certificate sha256:{one.fingerprint(hashes.SHA256()).hex()}" for one in found]


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
