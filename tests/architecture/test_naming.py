"""Whoever makes an appointment opens its notice: nobody is put on a roster without being told."""

import ast
from pathlib import Path

from tests.architecture.sources import ROOMS, modules, name_of

MAKING = {"create", "bulk_create", "get_or_create", "update_or_create", "save"}


def made_untold(source: str) -> list[str]:
    """Functions that make appointments and do not call open_notices."""
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    return [one.name for one in functions if _makes(one) and "open_notices" not in _called(one)]


def _makes(function: ast.FunctionDef) -> bool:
    """`Appointment(…)`, `Appointment.objects.create(…)` and its like, `person.appointments.create(…)`."""
    for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
        words = ast.unparse(call.func)
        owner, _, name = words.rpartition(".")
        if words == "Appointment" or (name in MAKING and owner.split(".")[0] == "Appointment"):
            return True
        if name in MAKING and owner.endswith("appointments"):
            return True
    return False


def _called(function: ast.FunctionDef) -> set[str]:
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    return {ast.unparse(call.func).rpartition(".")[2] for call in calls}


def rooms() -> list[Path]:
    return modules("core", *ROOMS)


def test_every_door_that_names_somebody_opens_a_notice():
    assert [f"{name_of(path)}: {name}" for path in rooms() for name in made_untold(path.read_text())] == []


def test_the_doors_are_found():
    """Two today: the file and the line. Without its call each of them would be complained about."""
    silent = {name_of(path): path.read_text().replace("open_notices(", "nothing(") for path in rooms()}
    found = {name: made_untold(source) for name, source in silent.items() if made_untold(source)}

    assert set(found) >= {"accounts/services/imports.py", "accounts/services/appointments.py"}


def test_an_untold_door_is_noticed():
    good = "def a():\n    open_notices(Appointment.objects.bulk_create(rows))\n"
    bad = "def a():\n    return Appointment.objects.create(person=x)\ndef b():\n    x.appointments.create()\n"

    assert (made_untold(good), made_untold(bad)) == ([], ["a", "b"])
