"""Django's sessions in the database; every request asks for its row by a compiled query."""

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.db.models import CharField, DateTimeField, QuerySet
from django.utils import timezone

from core.compiled import compiled


class SessionStore(DatabaseStore):
    """The name goes into what signs the content: it is that of Django's own, whose sessions stay readable."""

    def _get_session_from_db(self) -> Session | None:
        # Sessions live on the clock of the machine, as Django writes them: no drill signs anybody out.
        if found := _running(key=self.session_key, now=timezone.now()):
            return found[0]
        self._session_key = None
        return None


@compiled(key=CharField(), now=DateTimeField())
def _running(*, key: Any, now: Any) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now)
