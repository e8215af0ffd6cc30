"""What the four levels of administration see."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OversightConfig(AppConfig):
    name = "oversight"
    verbose_name = _("Oversight")

    def ready(self) -> None:
        import oversight.tasks  # noqa: F401, PLC0415 - registers the outbox handlers once the apps are loaded
        from oversight.selectors.desks import put_up_desks  # noqa: PLC0415 - models are loaded by now

        put_up_desks()
