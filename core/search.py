"""Search that finds a two-character Chinese word inside a sentence, the same way on both databases.

Stock full-text search takes an unbroken run of Han characters for one word; here index and query are cut alike.
"""

from django.db import transaction
from django.db.models import Count, Sum

from core.models import SearchEntry, SearchToken
from core.text import search_tokens


@transaction.atomic
def index(kind: str, key: object, language: str, *, title: str, text: str = "") -> None:
    """Replace what is known under this kind, key and language."""
    entry, _ = SearchEntry.objects.get_or_create(kind=kind, key=str(key), language=language)
    entry.tokens.all().delete()
    weights = dict.fromkeys(_tokens(text), 1) | dict.fromkeys(_tokens(title), 5)
    rows = [SearchToken(entry=entry, token=token, weight=weight) for token, weight in weights.items()]
    SearchToken.objects.bulk_create(rows, batch_size=500)


def forget(kind: str, key: object) -> None:
    SearchEntry.objects.filter(kind=kind, key=str(key)).delete()


def find(query: str, *, kinds: list[str], language: str, limit: int = 50) -> list[tuple[str, str]]:
    """(kind, key) of the entries that hold every token of the query, best first."""
    tokens = _tokens(query)
    if not tokens:
        return []
    found = (
        SearchToken.objects.filter(token__in=tokens, entry__kind__in=kinds, entry__language=language)
        .values("entry__kind", "entry__key")
        .annotate(matched=Count("token", distinct=True), score=Sum("weight"))
        .filter(matched=len(tokens))
        .order_by("-score", "entry__kind", "entry__key")
    )
    return [(row["entry__kind"], row["entry__key"]) for row in found[:limit]]


def _tokens(text: str) -> set[str]:
    """Cut to what the column holds, for index and query alike: else a very long word would never be found again."""
    return {token[:40] for token in search_tokens(text)}
