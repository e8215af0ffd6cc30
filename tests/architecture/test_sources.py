"""Rules about every module, each with a bad sample that the same function must complain about."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.apps import apps

from core import audit, outbox
from tests.architecture import sources
from tests.architecture.sources import CONTAINERS, PYTHON, ROOMS, ROOT, modules, name_of

ALL = modules(*PYTHON)
OURS = modules("core", "config", *ROOMS)
DOORS = [path for path in OURS if {"views", "views.py", "exports", "exports.py", "api", "api.py"} & set(path.parts)]
PURE = [path for path in OURS if path.name in ("rules.py", "ratio.py", "identifiers.py")]
KNOWN_NAMES = frozenset(
    {
        "urls", "views", "api", "admin", "management", "tasks", "wagtail_hooks", "adapters", "middleware",
        "context_processors", "templatetags", "forms", "filters", "services", "imports", "exports", "pdf", "seals",
        "credentials", "selectors", "models", "blocks", "access", "workflow", "rules", "ratio", "identifiers",
        "permissions", "exams", "tlog",
        "witness", "monitor", "proofs", "tiles", "policy", "notes", "merkle", "files",
        "apps", "migrations", "verbs", "__init__",
    }
)  # fmt: skip

# Who sets a state without advance(), and why.
STATES_OF_THEIR_OWN = {
    "core/workflow.py": "the engine itself",
    "core/jobs.py": "a job and its items are machinery: no hat, no step, no reason",
    "core/outbox.py": "an event is machinery too",
    "accounts/services/identity.py": "a claim is confirmed by whoever proves it, not by a role",
}
READERS_OF_THE_ENVIRONMENT = {
    "config/env.py": "the one place",
    "config/celery.py": "setdefault of the settings module, as Celery's own recipe has it",
    "config/wsgi.py": "setdefault of the settings module",
    "core/__init__.py": "sets what openpyxl asks for, reads nothing",
}
OTHER_CLOCKS = {
    "core/clock.py": "the clock itself",
    "core/sessions.py": "Django's sessions end by the clock of the machine: no drill signs anybody out",
    "core/uploads.py": "the age of files, by the file system's own clock",
}
SIGNALS = {
    "core/apps.py": "post_migrate makes the triggers again",
    "accounts/adapters.py": "allauth's and Django's own signals: signed in and out, a second factor came or went",
    "courses/wagtail_hooks.py": "Wagtail's own signals: a page went live or away",
}


def complaints(paths: list[Path], check, *limits: int) -> list[str]:
    return [f"{name_of(path)}: {words}" for path in paths for words in check(path.read_text(), *limits)]


def assert_none(found: list[str]) -> None:
    assert found == [], "\n" + "\n".join(found)


def places(paths: list[Path], check) -> set[str]:
    return {name_of(path) for path in paths if check(path.read_text())}


# --- size -----------------------------------------------------------------------------------------------------------
# Whoever checks a certificate in twenty years needs one file and nothing else.
ONE_FILE = ROOT / "tools" / "verify_certificate.py"


def test_no_module_is_longer_than_400_lines():
    assert_none(complaints([path for path in ALL if path != ONE_FILE], sources.too_long, 400))


def test_too_long_counts_lines():
    assert sources.too_long("a\n" * 400, 400) == []
    assert sources.too_long("a\n" * 401, 400) == ["401 lines"]
    assert sources.too_long("a\n" * 400 + "b", 400) == ["401 lines"]


def test_no_function_is_longer_than_50_lines():
    assert_none(complaints(modules("core", "config", *ROOMS, "tools", "benchmarks"), sources.long_functions, 50))


def test_long_functions_are_seen_wherever_they_stand():
    body = "    pass\n" * 50
    inner = "class A:\n    async def long(self):\n" + "        pass\n" * 50

    assert sources.long_functions(f"def short():\n{body[9:]}", 50) == []
    assert sources.long_functions(f"def long():\n{body}", 50) == ["long has 51 lines"]
    assert sources.long_functions(inner, 50) == ["long has 51 lines"]


def test_every_module_begins_with_a_sentence():
    assert_none(complaints(ALL, sources.missing_docstring))


def test_missing_docstring_is_noticed():
    assert sources.missing_docstring("import os\n") == ["no sentence at its top"]
    assert sources.missing_docstring('"""Here is what."""\n') == []


# --- names ----------------------------------------------------------------------------------------------------------
def unknown_names(container: Path) -> list[str]:
    inside = (path for path in container.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists())
    return sorted(name_of(path) for path in inside if path.stem not in KNOWN_NAMES)


def test_files_of_a_room_have_known_names():
    assert [name for container in CONTAINERS for name in unknown_names(container)] == []


def test_unknown_name_is_noticed():
    assert unknown_names(ROOT / "core") != []


def test_no_file_is_called_after_nothing():
    """utils, helpers, common, misc, base: a reader with a question could not guess what is in them."""
    nothing = {"utils", "helpers", "common", "misc"}
    paths = modules(*PYTHON)

    assert [name_of(path) for path in paths if nothing & {path.stem, *path.relative_to(ROOT).parts}] == []


# --- doors ----------------------------------------------------------------------------------------------------------
def test_views_exports_and_interfaces_ask_selectors():
    assert len(DOORS) > 10
    assert_none(complaints(DOORS, sources.manager_use))


@pytest.mark.parametrize(
    "bad",
    ["Person.objects.all()", "people = Person._default_manager", "type(row).objects.get(pk=1)", "x(Person.objects)"],
)
def test_manager_use_is_noticed(bad):
    assert sources.manager_use(bad) != []


def test_states_are_set_by_the_engine_alone():
    assert places(OURS, sources.state_assignments) == set(STATES_OF_THEIR_OWN)


@pytest.mark.parametrize(
    "bad",
    [
        "record.state = 'done'",
        "before, record.state = record.state, 'done'",
        "record.state: str = 'done'",
        "Enrolment.objects.filter(pk=1).update(state='done')",
        "Enrolment.objects.bulk_update(rows, ['state'])",
        "setattr(record, 'state', 'done')",
    ],
)
def test_state_assignment_is_noticed(bad):
    assert sources.state_assignments(bad) == ["line 1"]


def test_reading_a_state_is_no_assignment():
    assert sources.state_assignments("if row.state == 'x': Enrolment.objects.filter(state=row.state)") == []


# --- environment, time, chance --------------------------------------------------------------------------------------
def test_the_environment_is_read_in_one_place():
    assert places(OURS, sources.environment_reads) == set(READERS_OF_THE_ENVIRONMENT)


@pytest.mark.parametrize("bad", ["os.environ['A']", "os.getenv('A')", "from os import environ", "x = os.environ.get"])
def test_environment_read_is_noticed(bad):
    assert sources.environment_reads(bad) == ["line 1"]


def test_the_settings_module_is_only_given_a_default():
    """What config/celery.py, config/wsgi.py and manage.py do with the environment, word for word."""
    for name in ("config/celery.py", "config/wsgi.py", "manage.py"):
        lines = [line.strip() for line in (ROOT / name).read_text().splitlines() if "os.environ" in line]
        assert lines == ['os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")']


def test_every_moment_comes_from_the_clock_that_travels():
    assert places(OURS, sources.other_clocks) == set(OTHER_CLOCKS)


@pytest.mark.parametrize("bad", ["timezone.now()", "datetime.now(UTC)", "date.today()", "default=timezone.now"])
def test_other_clock_is_noticed(bad):
    assert sources.other_clocks(f"x({bad})") != []


def test_rules_of_the_trade_are_pure():
    assert len(PURE) > 4
    assert_none(complaints(PURE, sources.impure_imports))


@pytest.mark.parametrize(
    "bad",
    [
        "from core import clock",
        "import random",
        "from courses.models import Cohort",
        "from django.db import connection",
    ],
)
def test_impure_import_is_noticed(bad):
    assert sources.impure_imports(bad) != []


def test_no_signals_of_our_own_and_no_overridden_save():
    assert places(OURS, sources.signal_use) == set(SIGNALS)


@pytest.mark.parametrize(
    "bad",
    [
        "from django.db.models.signals import post_save",
        "class A:\n    def save(self): ...",
        "from django.dispatch import Signal",
    ],
)
def test_signal_use_is_noticed(bad):
    assert sources.signal_use(bad) != []


# --- events ---------------------------------------------------------------------------------------------------------
# Sent for rooms that a later issue adds; closed without any effect until then.
UNHEARD: dict[str, str] = {}


def test_every_event_is_heard_and_every_handler_is_rung():
    paths = modules("core", *ROOMS)
    names = sources.kinds_by_name(paths)
    sent = set().union(*(sources.sent_kinds(path.read_text(), names) for path in paths))
    heard = {kind for kind, handlers in outbox._handlers.items() if handlers and not kind.startswith("test.")}

    assert heard - sent == set(), "handlers that nothing rings for"
    assert sent - heard == set(UNHEARD), "events that nobody hears"


def test_sent_kinds_are_read_from_calls():
    source = "outbox.add('a.b', 1)\njobs.start(actor=x, kind=ISSUE)\noutbox.add(kind, 1)\nother.add('e.f')\n"

    assert sources.sent_kinds(source, {"ISSUE": {"c.d"}}) == {"a.b", "c.d"}


# --- the audit trail ------------------------------------------------------------------------------------------------
# Verbs that are put together, and what they come to; the engine's own follow from the tables of states.
PUT_TOGETHER = {
    "credit.*": {
        "credit.answer_day_settled",
        "credit.completed",
        "credit.hearing_announced",
        "credit.hearing_asked",
        "credit.hearing_held",
        "credit.hearing_served",
        "credit.waived",
    },
    "accounts.appointment_*": {"accounts.appointment_confirmed", "accounts.appointment_denied"},
    "accounts.associationmember.*": {"accounts.associationmember.apply", "accounts.associationmember.propose"},
    "accounts.designation.*": {"accounts.designation.apply"},
    "* _verb(locked, name)": set(),
}


def written_verbs() -> set[str]:
    found = {verb for path in OURS for verb in sources.recorded_verbs(path.read_text())}
    return {verb for one in found for verb in PUT_TOGETHER.get(one, {one})} | verbs_of_states()


def verbs_of_states() -> set[str]:
    models = {(one._meta.app_label, _bare(one.__name__)): one._meta.model_name for one in apps.get_models()}
    found = set()
    for app in apps.get_app_configs():
        module = import_module(f"{app.name}.workflow") if find_spec(f"{app.name}.workflow") else None
        for name, steps in vars(module).items() if module else ():
            if name.endswith("_STEPS") and app.label not in ("core",):
                model = models.get((app.label, STATES_OF.get(name, _bare(name.removesuffix("_STEPS")))), "?")
                found |= {f"{app.label}.{model}.{step}" for step in steps}
    return found


# Tables that are not called after their model.
STATES_OF = {
    "ANNULMENT_STEPS": "annulmentcase",
    "ASSOCIATION_STEPS": "associationmember",
    "DISPUTE_STEPS": "appointmentdispute",
    "JOIN_STEPS": "joinrequest",
    "REPAIR_STEPS": "creditrepair",
    "REPORT_STEPS": "casereport",
    "REVOCATION_STEPS": "revocationcase",
    "SELF_REPORT_STEPS": "casereport",
}


def _bare(name: str) -> str:
    return name.replace("_", "").lower()


def test_every_verb_of_the_audit_trail_has_a_sentence():
    """In <room>/verbs.py: whoever searches the trail reads words."""
    assert sorted(written_verbs() - set(audit.sentences())) == []


def test_no_sentence_is_left_of_a_verb_that_nobody_writes():
    assert sorted(set(audit.sentences()) - written_verbs()) == []


def test_sentences_tell_verbs_apart_and_subjects_are_models():
    assert len({str(one) for one in audit.sentences().values()}) == len(audit.sentences())
    assert [label for label in audit.subjects() if apps.get_model(label)._meta.label_lower != label] == []


def test_recorded_verbs_are_read_however_they_are_written():
    source = """
def _told(actor, verb, made): audit.record(actor, verb, made)
_told(actor, "accounts.one", made)
verb = "accounts.two" if given else "accounts.three"
audit.record(actor, f"accounts.four_{what}", row)
audit.record(actor, "accounts.five", row)
audit.record(actor, table[step], row)
"""
    told = {"accounts.one", "accounts.two", "accounts.three", "accounts.four_*", "accounts.five", "* table[step]"}

    assert sources.recorded_verbs(source) == told
