"""The three languages of the page trees, and what content editors may do with every page."""

from django.conf import settings
from django.db import migrations


def load_languages(apps, schema_editor):
    """zh-hans exists: Wagtail's own migrations make a locale of LANGUAGE_CODE."""
    for code, _name in settings.LANGUAGES:
        apps.get_model("wagtailcore", "Locale").objects.get_or_create(language_code=code)


def let_editors_publish(apps, schema_editor):
    """The role has no second person behind it: what an editor finishes goes live, every step kept as a revision."""
    using = schema_editor.connection.alias
    content_type, _ = (
        apps.get_model("contenttypes", "ContentType")
        .objects.db_manager(using)
        .get_or_create(app_label="wagtailcore", model="page")
    )
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type, codename="publish_page", defaults={"name": "Publish any page"}
    )
    apps.get_model("wagtailcore", "GroupPagePermission").objects.get_or_create(
        group=apps.get_model("auth", "Group").objects.get(name="Editors"),
        page=apps.get_model("wagtailcore", "Page").objects.get(depth=1),
        permission=permission,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("website", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [
        migrations.RunPython(load_languages, migrations.RunPython.noop),
        migrations.RunPython(let_editors_publish, migrations.RunPython.noop),
    ]
