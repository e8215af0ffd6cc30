from django.db import migrations

from core.triggers import protect

CERTIFICATE = "certificates_certificate"
ITEM = "certificates_issuebatchitem"


def unguard(schema_editor, table):
    sqlite = schema_editor.connection.vendor == "sqlite"
    name, on = f"{table}_update" if sqlite else f"{table}_rows", "" if sqlite else f' ON "{table}"'
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"{on}')


def take_words_away(apps, schema_editor):
    """Words about a person in columns that no erasure reaches: the note of a replacement, which its event keeps, and the
    characters of a name that a batch refused. Both tables are guarded again at once."""
    Certificate = apps.get_model("certificates", "Certificate")
    IssueBatchItem = apps.get_model("certificates", "IssueBatchItem")
    unguard(schema_editor, CERTIFICATE)
    unguard(schema_editor, ITEM)
    for row in Certificate.objects.filter(supersedes__isnull=False).iterator():
        if row.facts.get("replaces", {}).pop("note", None) is not None:
            row.save(update_fields=["facts"])
    for row in IssueBatchItem.objects.exclude(why_not=[]).iterator():
        # Days of waiting are a figure, not words about somebody.
        codes = [[code, detail if code == "awaits_filing" else ""] for code, detail in row.why_not]
        if codes != row.why_not:
            row.why_not = codes
            row.save(update_fields=["why_not"])
    with schema_editor.connection.cursor() as cursor:
        named = ["holder_name", "holder_document_masked", "holder_document_tail", "facts.latin_name"]
        protect(cursor, CERTIFICATE, changing=["state", "filing_number"], erasing=named, filling=["filing_number"])
        protect(cursor, ITEM)


class Migration(migrations.Migration):
    dependencies = [("certificates", "0010_files_with_proof")]

    operations = [migrations.RunPython(take_words_away, migrations.RunPython.noop)]
