"""Who takes part in the journey, and what one step leaves for the next."""

from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import yaml

from tools.environment import ROOT
from tools.journey.client import Visitor
from tools.journey.site import Site

FOLDER = ROOT / "demo" / "journey"
# What the file-based mail backend writes between two messages.
MAIL_SEPARATOR = b"-" * 79 + b"\n"


@dataclass
class Story:
    """One run: the site, its visitors by role, and the facts gathered so far."""

    site: Site
    out: Path
    cast: dict[str, Any] = field(default_factory=dict)
    visitors: dict[str, Visitor] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cast = yaml.safe_load((FOLDER / "people.yaml").read_text(encoding="utf-8"))

    def visitor(self, role: str) -> Visitor:
        """Each role has a browser of its own; the one named visitor never logs in."""
        if role not in self.visitors:
            self.visitors[role] = Visitor(self.site.address, authority=self.site.authority, name=role)
        return self.visitors[role]

    def close(self) -> None:
        for visitor in self.visitors.values():
            visitor.session.close()

    def mails(self, to: str) -> list[str]:
        """The texts of the mails sent to an address, oldest first."""
        files = sorted(self.site.mail.glob("*.log"), key=lambda path: path.stat().st_mtime_ns)
        raw = [part for file in files for part in file.read_bytes().split(MAIL_SEPARATOR) if part.strip()]
        messages = [message_from_bytes(part, policy=policy.default) for part in raw]
        bodies = [message.get_body(("plain",)) for message in messages if to in str(message["to"])]
        return [str(body.get_content()) for body in bodies if body is not None]
