"""Public test vectors where they lie beside the repository; a test without them is skipped and says why."""

import json
from typing import Any

import pytest
from django.conf import settings

FOLDER = settings.ROOT.parent / "shared" / "vectors"


def vectors(name: str) -> dict[str, Any]:
    path = FOLDER / f"{name}.json"
    if not path.exists():
        pytest.skip(f"the public vectors {name}.json are not at ../shared/vectors", allow_module_level=True)
    return json.loads(path.read_text(encoding="utf-8"))
