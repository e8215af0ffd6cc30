"""Domain errors: they carry facts; views and commands turn them into words."""

from typing import Any


class DomainError(Exception):
    """A rule of the trade said no. `code` names the rule, `facts` say about what."""

    code = "refused"

    def __init__(self, code: str | None = None, **facts: Any) -> None:
        self.code = code or self.code
        self.facts = facts
        super().__init__(f"{self.code} {facts}" if facts else self.code)


class NotAllowed(DomainError):
    """The actor's hats do not reach this record with this permission."""

    code = "not_allowed"


class WrongState(DomainError):
    """The step does not leave from the record's present state."""

    code = "wrong_state"
