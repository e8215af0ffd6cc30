"""Pages of a list of any length: what is asked of the database does not grow with it."""

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

# So many rows can be leafed through: a hundred pages. Nobody reads further; filters, the search and the download lead
# there, and to count on is soon dearer than the rest of the page.
MOST_ROWS = 2_000
# Of a list without any of these: more than it will hold.
WITHOUT_SEARCH = 100_000

# Generic for the type checker alone: Django's own class takes no parameter before something else has patched it.
if TYPE_CHECKING:
    Base = Paginator[Any]
else:
    Base = Paginator


class BoundedPaginator(Base):
    """Counts to the bound (default MOST_ROWS) and no further; `is_cut` says that there is more to leaf through."""

    def __init__(self, rows: Any, per_page: int, *, most: int | None = None) -> None:
        super().__init__(rows, per_page)
        self.most = most or MOST_ROWS

    @cached_property
    def _found(self) -> int:
        rows = self.object_list
        if isinstance(rows, QuerySet):
            return int(rows.order_by().values("pk")[: self.most + 1].count())
        return len(rows)

    @cached_property
    def count(self) -> int:
        return min(self._found, self.most)

    @property
    def is_cut(self) -> bool:
        return self._found > self.most
