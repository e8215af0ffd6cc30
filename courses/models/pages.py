"""Courses as editors write them: Wagtail pages in three trees, with drafts, preview and revisions. Public when live.

Pages hold no records: who read what, and for how many hours, stands in the ledger (delivery.py).
"""

from decimal import Decimal
from typing import Any, ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Orderable, Page

from courses.blocks import BodyBlock, CheckBlock
from courses.models.curriculum import Level, Module


class CoursePage(Page):
    """A written course of one level; its lessons are its child pages."""

    level = models.ForeignKey(Level, verbose_name=_("level"), on_delete=models.PROTECT, related_name="+")
    summary = models.TextField(_("summary"))
    audience = models.TextField(_("for whom"), blank=True)
    outcome = models.TextField(_("what one gets"), blank=True)
    body = StreamField(BodyBlock(), verbose_name=_("text"), blank=True)

    template = "courses/course_page.html"
    parent_page_types: ClassVar = ["website.HomePage"]
    subpage_types: ClassVar = ["courses.LessonPage"]
    content_panels: ClassVar = [
        *Page.content_panels,
        FieldPanel("level"),
        FieldPanel("summary"),
        FieldPanel("audience"),
        FieldPanel("outcome"),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("course")
        default_permissions = ()

    def plain_text(self) -> str:
        return "\n".join([self.summary, self.audience, self.outcome, *_words_of(self.body)])


class LessonPage(Page):
    """A lesson: what it teaches, its text, and the questions of which one is asked before it is marked read."""

    number = models.PositiveSmallIntegerField(_("number"), validators=[MinValueValidator(1)])
    summary = models.TextField(_("summary"))
    objectives = models.TextField(_("objectives"), blank=True, help_text=_("One per line."))
    law_as_of = models.DateField(_("law as of"), null=True, blank=True)
    body = StreamField(BodyBlock(), verbose_name=_("text"), blank=True)
    checks = StreamField(CheckBlock(), verbose_name=_("check questions"), blank=True)

    template = "courses/lesson_page.html"
    parent_page_types: ClassVar = ["courses.CoursePage"]
    subpage_types: ClassVar[list[str]] = []
    content_panels: ClassVar = [
        *Page.content_panels,
        MultiFieldPanel([FieldPanel("number"), FieldPanel("law_as_of")], heading=_("Place and date")),
        FieldPanel("summary"),
        FieldPanel("objectives"),
        InlinePanel("shares", label=_("module"), heading=_("Class hours it declares")),
        FieldPanel("body"),
        FieldPanel("checks"),
    ]

    class Meta:
        verbose_name = _("lesson")
        default_permissions = ()

    def plain_text(self) -> str:
        return "\n".join([self.summary, self.objectives, *_words_of(self.body)])

    @property
    def objective_list(self) -> list[str]:
        return [line.strip() for line in self.objectives.splitlines() if line.strip()]


class LessonShare(Orderable):
    """Class hours that a lesson declares for one module."""

    page = ParentalKey(LessonPage, on_delete=models.CASCADE, related_name="shares")
    module = models.ForeignKey(Module, verbose_name=_("module"), on_delete=models.PROTECT, related_name="+")
    hours = models.DecimalField(
        _("class hours"), max_digits=4, decimal_places=1, validators=[MinValueValidator(Decimal("0.1"))]
    )

    class Meta(Orderable.Meta):
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["page", "module"], name="lesson_share_once"),
            models.CheckConstraint(name="lesson_share_is_positive", condition=models.Q(hours__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.module_id}: {self.hours}"


def _words_of(stream: Any) -> list[str]:
    return [str(part) for part in stream.stream_block.get_searchable_content(stream)]
