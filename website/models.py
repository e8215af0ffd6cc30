"""The one page of this room: the first page of the site, in each language the root of the courses' tree."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page


class HomePage(Page):
    """What the platform is, in two sentences; figures, courses and cohorts around them are put there by the view."""

    headline = models.CharField(_("headline"), max_length=200)
    lead = models.TextField(_("lead"))
    notice = RichTextField(_("notice"), blank=True, features=["bold", "link"])

    template = "website/home.html"
    parent_page_types: ClassVar = ["wagtailcore.Page"]
    subpage_types: ClassVar = ["courses.CoursePage"]
    content_panels: ClassVar = [
        *Page.content_panels,
        FieldPanel("headline"),
        FieldPanel("lead"),
        FieldPanel("notice"),
    ]

    class Meta:
        verbose_name = _("first page")
        default_permissions = ()
