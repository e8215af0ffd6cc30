"""Table files of people in three steps: upload, preview, confirm. Nothing is written before the last one."""

from accounts.views.imports.institutions import (
    download_institutions_template,
    import_institutions,
    review_institutions,
)
from accounts.views.imports.pages import ImportPages, download
from accounts.views.imports.roster import (
    ROSTER_LABELS,
    ROSTER_WORDS,
    download_roster_errors,
    download_roster_template,
    import_roster,
    review_roster,
    roster_heads,
)

__all__ = [
    "ROSTER_LABELS",
    "ROSTER_WORDS",
    "ImportPages",
    "download",
    "download_institutions_template",
    "download_roster_errors",
    "download_roster_template",
    "import_institutions",
    "import_roster",
    "review_institutions",
    "review_roster",
    "roster_heads",
]
