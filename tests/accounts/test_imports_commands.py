"""The commands: exit status, JSON alone on standard output, everything else on standard error."""

import io
import json
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Appointment, Institution
from accounts.selectors import find_institution
from tests.accounts.sheets import ROSTER, institution_row, institutions, person_row, roster, xlsx
from tests.builders import make_institution

pytestmark = pytest.mark.django_db
CODE = "12000000DEM000014Q"


@pytest.fixture
def institution() -> Institution:
    return make_institution("岚江大学", uscc=CODE)


@pytest.fixture
def file(tmp_path):
    def write(content: bytes, name: str = "file.xlsx") -> str:
        path: Path = tmp_path / name
        path.write_bytes(content)
        return str(path)

    return write


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    """(exit status, standard output, standard error)"""
    try:
        call_command(*arguments)
        status = 0
    except SystemExit as left:
        status = int(left.code or 0)
    out, err = capsys.readouterr()
    return status, out, err


@pytest.mark.parametrize("by_code", [True, False])
def test_import_roster_prints_json_alone(institution, file, capsys, by_code):
    name = file(xlsx(["2026年名册"], ["序号", *ROSTER, "备注"], [1, *person_row(), "x"]))
    identifier = CODE if by_code else str(institution.pk)

    status, out, err = run(capsys, "import_roster", name, "--institution", identifier, "--json")

    printed = json.loads(out)
    assert (status, list(printed), printed["counts"]["create"]) == (0, ["counts", "rows"], 1)
    assert list(printed["rows"][0]) == ["row", "id", "action", "changes", "errors", "warnings"]
    assert (printed["rows"][0]["row"], printed["rows"][0]["id"]) == (3, None)
    assert ("序号" in err, "备注" in err) == (True, True)
    assert not Appointment.objects.exists()


def test_import_roster_confirm_prints_the_ids(institution, file, capsys):
    name = file(roster(person_row()))

    status, out, _err = run(capsys, "import_roster", name, "--institution", CODE, "--confirm", "--json")

    assert (status, json.loads(out)["rows"][0]["id"]) == (0, Appointment.objects.get().pk)


@pytest.mark.parametrize("confirm", [(), ("--confirm",)])
def test_error_rows_exit_with_1_and_write_nothing(institution, file, capsys, confirm):
    name = file(roster(person_row(), person_row(入职日期="去年")))

    status, out, _err = run(capsys, "import_roster", name, "--institution", CODE, "--json", *confirm)

    assert (status, json.loads(out)["counts"]) == (1, {"create": 1, "update": 0, "unchanged": 0, "error": 1})
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("confirm", [(), ("--confirm",)])
@pytest.mark.parametrize("content", [b"", b"PK broken", institutions(institution_row())])
def test_unreadable_files_exit_with_2(institution, file, confirm, content):
    with pytest.raises(CommandError) as caught:
        call_command("import_roster", file(content), "--institution", CODE, *confirm)

    assert (caught.value.returncode, bool(str(caught.value))) == (2, True)


def test_missing_file_exits_with_2(institution, tmp_path):
    with pytest.raises(CommandError) as caught:
        call_command("import_roster", str(tmp_path / "none.xlsx"), "--institution", CODE)

    assert caught.value.returncode == 2


@pytest.mark.parametrize("identifier", ["999999", "91000000DEM000014K", "x", "-1", "9" * 30])
def test_unknown_institution_exits_with_2(institution, file, identifier):
    with pytest.raises(CommandError) as caught:
        call_command("import_roster", file(roster(person_row())), f"--institution={identifier}")

    assert caught.value.returncode == 2
    assert identifier in str(caught.value)


def test_import_institutions_previews_and_writes(file, capsys):
    name = file(institutions(institution_row("岚江大学", CODE)))

    _status, previewed, _err = run(capsys, "import_institutions", name, "--json")
    assert json.loads(previewed)["rows"][0]["id"] is None
    assert not Institution.objects.exists()
    _status, written, _err = run(capsys, "import_institutions", name, "--json", "--confirm")

    assert json.loads(written)["rows"][0]["id"] == Institution.objects.get().pk


def test_people_read_actions_changes_and_the_last_day_counted(institution, file, capsys):
    name = file(roster(person_row("高轩", "000000199001010018", 离职日期="2026-12-15"), person_row(入职日期="去年")))

    _status, out, _err = run(capsys, "import_roster", name, "--institution", CODE)

    assert "counted_until: 2026-12-14" in out
    assert "000***********0018" in out
    assert "000000199001010018" not in out


def test_institution_is_found_by_code_and_id(institution):
    assert find_institution(" 12000000dem000014q ") == institution
    assert find_institution(str(institution.pk)) == institution
    assert [find_institution(value) for value in ("", "0", "9" * 18, "12000000DEM000022K")] == [None] * 4


@pytest.mark.parametrize("encoding", ["ascii", "gb18030", "utf-8"])
def test_json_is_utf_8_whatever_the_terminal_speaks(institution, file, encoding):
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)

    call_command("import_roster", file(roster(person_row("高轩"))), "--institution", CODE, "--json", stdout=out)

    out.seek(0)
    printed = json.loads(out.buffer.read().decode("utf-8"))
    assert printed["rows"][0]["changes"]["name"] == [None, "高轩"]


def test_missing_people_are_named_and_ended_only_by_the_option(institution, file, capsys):
    run(
        capsys,
        "import_roster",
        file(roster(person_row("高轩"), person_row("王喆"))),
        "--institution",
        CODE,
        "--confirm",
    )
    name = file(roster(person_row("何敏")))

    _status, _out, told = run(capsys, "import_roster", name, "--institution", CODE, "--json", "--confirm")
    assert ("王喆" in told, Appointment.objects.filter(end_date=None).count()) == (True, 3)
    run(capsys, "import_roster", name, "--institution", CODE, "--end-missing", "2026-09-01")
    assert Appointment.objects.filter(end_date=None).count() == 3
    _status, out, _told = run(
        capsys, "import_roster", name, "--institution", CODE, "--end-missing", "2026-09-01", "--confirm", "--json"
    )

    assert list(json.loads(out)) == ["counts", "rows"]
    assert sorted(Appointment.objects.values_list("person__name", "end_date")) == [
        ("何敏", None),
        ("王喆", date(2026, 9, 1)),
        ("高轩", date(2026, 9, 1)),
    ]


def test_unclear_heads_exit_with_2_and_are_named_until_the_map_says_them(institution, file, capsys):
    heads = ["称呼", *ROSTER[1:]]
    name = file(xlsx(heads, person_row()))
    with pytest.raises(CommandError) as caught:
        call_command("import_roster", name, "--institution", CODE)
    assert (caught.value.returncode, "称呼" in str(caught.value), "--map" in str(caught.value)) == (2, True, True)

    for meaning in ("name", "姓名"):
        status, out, _err = run(
            capsys, "import_roster", name, "--institution", CODE, "--map", f"称呼={meaning}", "--json"
        )
        assert (status, json.loads(out)["counts"]["create"]) == (0, 1)
    with pytest.raises(CommandError):
        call_command("import_roster", name, "--institution", CODE, "--map", "称呼=nickname")


def test_rows_of_a_file_without_heads_are_told_with_their_numbers_masked(institution, file):
    name = file(xlsx(person_row("高轩", "000000199001010018"), person_row("王喆", "E12345678")))

    with pytest.raises(CommandError) as caught:
        call_command("import_roster", name, "--institution", CODE)

    assert "高轩" in str(caught.value)
    assert [number for number in ("000000199001010018", "E12345678") if number in str(caught.value)] == []
