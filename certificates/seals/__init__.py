"""What seals the bytes of a certificate: a key in a file, a token, or a service elsewhere, behind one port.

Nothing of the database is here: bytes in, sealed bytes out. Decision: docs/decisions/0023.
"""

from certificates.seals.identity import Identity
from certificates.seals.providers import SealProvider, drawn_identity, provider, seal_identity
from certificates.seals.signing import Sealed, seal_file
from certificates.seals.stamps import Stamper, renew_stamp, stampers_of, stamps_for_archives

__all__ = [
    "Identity",
    "SealProvider",
    "Sealed",
    "Stamper",
    "drawn_identity",
    "provider",
    "renew_stamp",
    "seal_file",
    "seal_identity",
    "stampers_of",
    "stamps_for_archives",
]
