"""No person is looked for by phone: the index that nobody wrote goes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0022_designation_suspended"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="person",
            name="phone_index",
        ),
    ]
