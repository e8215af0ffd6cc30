"""The columns of all models that are sealed as a whole."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps

from core.fields import SealedField, sealing_version
from core.rotation.places import renewed
from core.rotation.rows import Rows


@dataclass(frozen=True)
class Column(Rows):
    """A SealedField, bound to the uuid of its row."""

    field: SealedField
    bound_by = "uuid"

    def old_sql(self) -> tuple[str, list[str]]:
        return f"{self.name} <> '' AND {self.name} NOT LIKE %s", [f"v{sealing_version()}:%"]

    def is_old(self, value: str) -> bool:
        return not value.startswith(f"v{sealing_version()}:")

    def sealed_anew(self, value: str, bound_by: Any) -> str | None:
        return renewed(value, self.field.binding_to(UUID(str(bound_by))))


def sealed_columns() -> list[Column]:
    return [
        Column(model, str(field.column), field)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_concrete_fields
        if isinstance(field, SealedField)
    ]
