"""The settings of the seal, as config/env.py has read them: strings, and what follows from them."""

from dataclasses import dataclass

from django.conf import settings

# PAdES: signature alone; with a time stamp; with time stamp and all evidence, renewed for as long as it must hold.
PROFILES = ("B-B", "B-T", "B-LTA")


@dataclass(frozen=True)
class Options:
    """Words: docs/operations.md."""

    provider: str = "file"
    # PEM: key and certificates, of the file provider.
    key: str = ""
    self_made: str = ""
    # PEM: the certificates of a key that lies elsewhere, its own first.
    certificate: str = ""
    url: str = ""
    token: str = ""
    module: str = ""
    slot: str = ""
    label: str = ""
    pin: str = ""
    name: str = ""
    kind: str = ""
    owner: str = ""
    profile: str = ""
    tsa: str = ""
    roots: str = ""
    # A folder of revocation lists (*.crl) that the operator keeps fresh.
    lists: str = ""

    def __repr__(self) -> str:
        """Without token and PIN: options stand in the reports of errors."""
        return f"Options(provider={self.provider!r})"


def options() -> Options:
    made = Options(**settings.SEAL)
    if made.profile and made.profile not in PROFILES:
        raise ValueError(f"PLATFORM_SEAL_PROFILE is none of {', '.join(PROFILES)}")
    return made
