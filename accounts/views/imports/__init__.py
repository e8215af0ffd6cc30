"""Table files of people in three steps: upload, preview, confirm. Nothing is written before the last one."""

from accounts.views.imports.bases import download_base_errors, download_bases_template, import_bases, review_bases
from accounts.views.imports.bodies import download_bodies_template, import_bodies, review_bodies
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
    "download_base_errors",
    "download_bases_template",
    "download_bodies_template",
    "download_institutions_template",
    "download_roster_errors",
    "download_roster_template",
    "import_bases",
    "import_bodies",
    "import_institutions",
    "import_roster",
    "review_bases",
    "review_bodies",
    "review_institutions",
    "review_roster",
    "roster_heads",
]
