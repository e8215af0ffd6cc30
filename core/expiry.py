"""When a row of a protected table may go: its period as SQL, asked of the database's own clock.

The application cannot move that clock, so nobody who writes through it deletes a row early; and nobody has to lift a
guard to delete one in time. The periods stand in the trigger with their days: a new one holds after the next migrate.
"""

from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from core.periods import periods_of


@dataclass(frozen=True)
class Expiry:
    """`column`: the moment from which the row's period counts; `period`: its code in the file of periods."""

    column: str
    period: str

    def is_there(self, connection: BaseDatabaseWrapper, cursor: CursorWrapper, table: str) -> bool:
        """A partial migrate may not have made the column yet."""
        return self.column in {one.name for one in connection.introspection.get_table_description(cursor, table)}

    def not_yet(self, vendor: str) -> str:
        """SQL of a trigger: is the row about to go younger than its period? Also when it has no moment, or no period
        holds yet."""
        if vendor == "sqlite":
            days = self._days("date('now', '+8 hours') >= '{day}'")
            limit = f"strftime('%Y-%m-%d %H:%M:%f', 'now', '-' || ({days}) || ' days')"
            return f'(OLD."{self.column}" < {limit}) IS NOT TRUE'
        days = self._days("(now() AT TIME ZONE 'Asia/Shanghai')::date >= DATE '{day}'")
        return f'((OLD."{self.column}" < now() - make_interval(days => {days})) IS NOT TRUE)'

    def _days(self, since: str) -> str:
        cases = (f"WHEN {since.format(day=one.valid_from)} THEN {int(one.days)}" for one in periods_of(self.period))
        return f"CASE {' '.join(cases)} END"
