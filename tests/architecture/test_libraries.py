"""Libraries that are wrapped in one module are imported by that module alone."""

import re

import pytest
from django.conf import settings

ROOMS = ("accounts", "certificates", "config", "core", "courses", "credit", "oversight", "staffing", "website", "tools")
WRAPPED = {
    "docx": "credit/pdf/letter_docx.py",
    "openbadgeslib": "certificates/credentials/library.py",
    "pyld": "certificates/credentials/library.py",
}


@pytest.mark.parametrize("library", WRAPPED)
def test_wrapped_library_is_imported_by_its_module_alone(library):
    mention = re.compile(rf"(import|from|import_module\(f?[\"'])\s*{library}\b")
    found = {
        str(path.relative_to(settings.ROOT))
        for room in ROOMS
        for path in (settings.ROOT / room).rglob("*.py")
        if mention.search(path.read_text(encoding="utf-8"))
    }

    assert found <= {WRAPPED[library]}
