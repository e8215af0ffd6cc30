"""Every place that seals goes over to the new key: read from the database, the sessions and the files themselves.

The modules that seal are listed here by hand; one that begins to fails the first test until its place is known.
"""

import ast
import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import CommandError
from django.db import connection
from django.test import Client, override_settings

from accounts.models import Invitation, User
from accounts.services.sign_in import set_login_phone
from core import clock, uploads
from core.fields import seal, unseal
from core.rotation import RowsLeft, count_left, rotate, sealed_places
from credit.services import make_paper
from oversight.services import ask_for_correction
from tests.accounts.signing_in import SECRET, age_confirmation, give_second_factor, sign_in, totp_code
from tests.accounts.world_evidence import evidence_of
from tests.architecture.sources import ROOMS, imported, modules, name_of
from tests.builders import make_appointment, make_institution, make_person, make_user, regulator
from tests.core.test_rotation import command, people
from tests.credit.cases import Authority
from tests.staffing.proving import proven

TWO = {**settings.FIELD_KEYS, 2: "44" * 32}
TOKEN = re.compile(r"\bv(\d+):[A-Za-z0-9+/]{38,}={0,2}")
MACHINERY = {"core/rotation/places.py"}
# Module that seals -> the place where that lies.
SEALS = {
    "accounts/adapters.py": "mfa.Authenticator.data",
    "accounts/views/again.py": "sessions.Session.session_data[stopped_post]",
    "accounts/services/imports.py": "accounts.Appointment.phone",
    "core/uploads.py": "uploads",
}


# --- nothing is forgotten -------------------------------------------------------------------------------------------
def sealers(sources: dict[str, str]) -> set[str]:
    """Modules that take `seal` from the fields, by whatever way they name it."""
    found = set()
    for name, source in sources.items():
        # Of the module; a file of a certificate has a seal of another kind.
        whole = any(
            isinstance(node, ast.Attribute) and node.attr == "seal" and ast.unparse(node.value).endswith("fields")
            for node in ast.walk(ast.parse(source))
        )
        if whole or "core.fields.seal" in set(imported(source)):
            found.add(name)
    return found


def test_every_module_that_seals_has_a_place_that_is_rotated():
    sources = {name_of(path): path.read_text() for path in modules("core", "config", *ROOMS)}

    assert sealers(sources) - MACHINERY == set(SEALS), "say here where the sealed value lies, and register the place"
    assert set(SEALS.values()) - {place.label for place in sealed_places()} == set()


def test_module_that_begins_to_seal_would_be_seen():
    new = {"a.py": "from core.fields import seal as close", "b.py": "import core.fields\ncore.fields.seal('x', 'y')"}

    assert sealers(new | {"c.py": "from core.fields import unseal"}) == {"a.py", "b.py"}


# --- a house in which every place holds something -------------------------------------------------------------------
@pytest.fixture
def house(settings, tmp_path) -> User:
    """One value at least in every place, sealed under key 1."""
    settings.DATA_DIR = tmp_path
    settings.SECOND_FACTOR_EXEMPT = False
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if not one.endswith("SecondFactorMiddleware")]
    # Used codes are remembered there.
    cache.clear()
    made = people(3)
    make_appointment(made[0], make_institution(), phone="+8613900000018")
    clerk = regulator()
    give_second_factor(clerk)
    set_login_phone(actor=clerk, phone="+8613811110000", verified=True)
    stopped_session(regulator())
    sha256 = uploads.keep(clerk.pk, b"a table")
    uploads.keep_beside(clerk.pk, sha256, "heads", {"name": "A"})
    asking = make_person("问", user=make_user())
    ask_for_correction(actor=asking.user, name="新名")
    Invitation.objects.create(
        email="li@example.test", email_index="x", token_hash="y" * 64, role="institution_officer",
        institution=make_institution(), invited_by=clerk, created_at=clock.now(), expires_at=clock.now(),
    )  # fmt: skip
    proven()
    place, person = make_institution(), make_person("证")
    make_appointment(person, place)
    evidence_of(person, place)
    Authority().report(reach_me="13900000000")
    make_paper(actor=asking.user, subject=asking, audience="subject")
    return clerk


def stopped_session(clerk: User) -> Client:
    """A form that was stopped to confirm again."""
    person = make_person("看")
    make_appointment(person, make_institution())
    client = sign_in(clerk)
    age_confirmation(client, 16)
    client.post(f"/people/{person.pk}/reveal/", {"what": "phone", "purpose": "案件 26"})
    assert "stopped_post" in client.session
    return client


def the_stopped() -> Client:
    """The browser that was stopped; it has confirmed meanwhile."""
    session = next(one for one in Session.objects.all() if "stopped_post" in one.get_decoded())
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    age_confirmation(client, 0)
    return client


def versions() -> dict[str, set[int]]:
    """What a thief would see: table or "files" -> the key versions in front of its sealed values."""
    found: dict[str, set[int]] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - names from the database itself
            found[table] = {int(version) for version in TOKEN.findall(repr(cursor.fetchall()))}
    opened = repr([session.get_decoded() for session in Session.objects.all()])
    found["django_session"] = {int(version) for version in TOKEN.findall(opened)}
    texts = [path.read_text() for path in uploads.all_files()]
    found["files"] = {int(version) for text in texts for version in TOKEN.findall(text)}
    return {place: seen for place, seen in found.items() if seen}


@pytest.mark.django_db
def test_after_the_command_no_value_anywhere_stands_under_the_old_key(house):
    before = versions()
    assert {version for seen in before.values() for version in seen} == {1}
    assert {"mfa_authenticator", "django_session", "files", "accounts_person", "oversight_datarequest"} <= set(before)
    with override_settings(FIELD_KEYS=TWO):
        empty = [place.label for place in sealed_places() if not any(place.left())]
        assert empty == [], "the house holds something in every place, or this test proves nothing"

        command()

        assert versions() == {place: {2} for place in before}
        command("--check")


@pytest.mark.django_db
@pytest.mark.parametrize("label", sorted({place.label for place in sealed_places()}))
def test_place_that_is_left_out_is_noticed(house, label):
    """The twin: without one of the places the same search finds the old key, and the check of the rest says nothing."""
    with override_settings(FIELD_KEYS=TWO):
        for place in sealed_places():
            if place.label != label:
                rotate(place)

        assert {version for seen in versions().values() for version in seen} == {1, 2}
        with pytest.raises(CommandError, match="keep that key"):
            command("--check")


# --- each of them still opens ---------------------------------------------------------------------------------------
ONLY_NEW = {2: TWO[2]}


@pytest.mark.django_db
def test_second_factor_lets_in_when_the_old_key_is_gone(house):
    codes = RecoveryCodes(Authenticator.objects.get(user=house, type="recovery_codes")).generate_codes()
    with override_settings(FIELD_KEYS=TWO):
        command()

    with override_settings(FIELD_KEYS=ONLY_NEW):
        kept = Authenticator.objects.get(user=house, type="recovery_codes")
        assert RecoveryCodes(kept).generate_codes() == codes
        assert TOTP(Authenticator.objects.get(user=house, type="totp")).validate_code(totp_code(SECRET))


@pytest.mark.django_db
def test_second_factor_that_was_left_out_lets_nobody_in(house):
    """The twin: what happened while rotation passed by these secrets."""
    with override_settings(FIELD_KEYS=ONLY_NEW), pytest.raises(KeyError):
        TOTP(Authenticator.objects.get(user=house, type="totp")).validate_code(totp_code(SECRET))


@pytest.mark.django_db
def test_codes_moved_here_from_elsewhere_go_over_too():
    sealed = [str(seal(code, "mfa_authenticator:data")) for code in ("11112222", "33334444")]
    row = Authenticator.objects.create(user=make_user(), type="recovery_codes", data={"migrated_codes": sealed})
    with override_settings(FIELD_KEYS=TWO):
        command()

    with override_settings(FIELD_KEYS=ONLY_NEW):
        assert RecoveryCodes(Authenticator.objects.get(pk=row.pk)).get_unused_codes() == ["11112222", "33334444"]


@pytest.mark.django_db
def test_stopped_form_is_offered_under_the_new_key_alone(house):
    client = the_stopped()
    with override_settings(FIELD_KEYS=TWO):
        command()

    with override_settings(FIELD_KEYS=ONLY_NEW):
        assert "案件 26" in client.get("/en/home/go-on/").content.decode()


@pytest.mark.django_db
def test_stopped_form_under_a_key_that_is_gone_is_no_failure(house):
    client = the_stopped()

    # Its login's own phone is not asked for on this page; everything else is there.
    with override_settings(FIELD_KEYS=ONLY_NEW):
        assert client.get("/en/home/go-on/").status_code == 302


@pytest.mark.django_db
def test_kept_file_opens_and_lives_no_longer(house):
    (path,) = (path for path in uploads.all_files() if len(path.name) == 64)
    age = path.stat().st_mtime_ns
    with override_settings(FIELD_KEYS=TWO):
        command()

    with override_settings(FIELD_KEYS=ONLY_NEW):
        assert uploads.kept(house.pk, path.name) == b"a table"
        assert uploads.kept_beside(house.pk, path.name, "heads") == {"name": "A"}
    assert path.stat().st_mtime_ns == age


# --- while others write ---------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_used_recovery_code_is_not_given_back(house):
    """Compare and set: the mark that a code was used stands in the value that is sealed anew."""
    place = next(place for place in sealed_places() if place.label == "mfa.Authenticator.data")
    with override_settings(FIELD_KEYS=TWO):
        read = next(place.batches())
        codes = RecoveryCodes(Authenticator.objects.get(user=house, type="recovery_codes"))
        assert codes.validate_code(codes.generate_codes()[0])

        place.reseal(read)

        kept = Authenticator.objects.get(user=house, type="recovery_codes")
        assert kept.data["used_mask"] == 1
        assert rotate(place) == 1
        assert Authenticator.objects.get(pk=kept.pk).data["used_mask"] == 1


@pytest.mark.django_db
def test_file_removed_meanwhile_does_not_come_back(house):
    files = uploads.all_files()
    with override_settings(FIELD_KEYS=TWO):
        uploads.forget_all_of(house.pk)

        assert [uploads.change_token(path, lambda token, binding: token) for path in files] == [False] * len(files)
    assert uploads.all_files() == []


@pytest.mark.django_db
def test_value_that_no_key_opens_stops_nothing_and_is_told(house):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_person SET phone = %s WHERE name = '人1'", ["v1:" + "A" * 60])
    place = next(place for place in sealed_places() if place.label == "accounts.Person.phone")
    with override_settings(FIELD_KEYS=TWO):
        with pytest.raises(RowsLeft, match=r"1 rows stand under an old key \(\d+\)"):
            rotate(place)

        assert count_left(place) == 1


@pytest.mark.django_db
def test_second_factor_moved_to_another_column_does_not_open():
    token = seal("x", "mfa_authenticator:data")

    with pytest.raises(InvalidTag):
        unseal(token, "accounts_person:phone:1")
