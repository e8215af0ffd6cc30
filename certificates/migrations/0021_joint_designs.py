"""The designs for joint issue that come with the code. Their files never change; another one is another number and
another migration. They have names of their own: what is in force for classes without further issuers stays in force."""

import hashlib
from datetime import date
from pathlib import Path

from django.db import migrations

FOLDER = Path(__file__).resolve().parents[1] / "pdf" / "designs" / "shipped"
TEMPLATES = (
    (
        "completion-joint",
        "completion",
        "结业证书（联合颁发）",
        "Certificate of completion, joint issue",
        "修了証明書（共同発行）",
    ),
    (
        "level-joint",
        "level",
        "能力等级证书（联合颁发）",
        "Certificate of a level, joint issue",
        "能力等級証明書（共同発行）",
    ),
)
# A day before those for one issuer: processes from before this migration take the newest, and would draw with these.
FROM = date(1999, 12, 31)


def load(apps, schema_editor):
    for key, kind, zh, en, ja in TEMPLATES:
        templates = apps.get_model("certificates", "CertificateTemplate").objects
        # Nothing takes the rows back, so they are there when the migration is made once more.
        if templates.filter(key=key).exists():
            continue
        titles = {"title_zh": zh, "title_en": en, "title_ja": ja}
        template = templates.create(key=key, kind=kind, joint=True, **titles)
        names = ("template.html", "template.css", "fields.json")
        html, css, fields = ((FOLDER / f"{key}-1" / name).read_text(encoding="utf-8") for name in names)
        apps.get_model("certificates", "TemplateVersion").objects.create(
            template=template,
            number=1,
            state="published",
            shipped=True,
            html=html,
            css=css,
            fields=fields,
            sha256=_sha256(html, css, fields),
            valid_from=FROM,
            published_at=template.created_at,
        )


def _sha256(*texts):
    made = hashlib.sha256()
    for text in texts:
        body = text.encode()
        made.update(len(body).to_bytes(8, "big") + body)
    return made.hexdigest()


class Migration(migrations.Migration):
    dependencies = [("certificates", "0020_joint_issue")]

    # Never taken back: nothing takes the rows back either, and without their mark they would draw every certificate.
    operations = [migrations.RunPython(load)]
