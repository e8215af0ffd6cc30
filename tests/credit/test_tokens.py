"""Tokens of partners' machines: hashed, expiring, revocable, bound to one partner; every use put down."""

import hashlib
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import DatabaseError, IntegrityError, connection, transaction

from core import clock
from core.errors import NotAllowed, WrongState
from core.models import AuditEntry
from credit import services
from credit.models import ApiToken, EndNotice, EntityLook, ExchangeGiven, TokenUse
from tests.builders import make_institution, regulator
from tests.credit.builders import make_credit_record
from tests.credit.cases import Authority, later, refused
from tests.credit.exchanging import Desk
from tests.windows import at_the_beginning_of_a_window

pytestmark = pytest.mark.django_db
NOTICES = "/api/v1/exchange/end-notices"


@pytest.fixture(autouse=True)
def _uncounted():
    caches[settings.THROTTLE_CACHE].clear()


@pytest.fixture
def desk():
    made = Desk()
    make_credit_record(None, institution=made.entity, kind="award", facts={"title": {"zh": "表彰"}})
    return made


def ask(client, secret, address=NOTICES):
    return client.get(address, headers={"Authorization": f"Bearer {secret}"} if secret else {})


def of_entity(entity):
    return f"/api/v1/exchange/entities/{entity.uscc}"


# --- the token --------------------------------------------------------------------------------------------------------
def test_only_the_hash_is_in_the_database(desk):
    secret = desk.token()

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM credit_apitoken")
        row = [str(value) for value in cursor.fetchone()]
    assert [value for value in row if secret in value or secret[4:] in value] == []
    assert hashlib.sha256(secret.encode()).hexdigest() in row
    assert [str(entry.facts) for entry in AuditEntry.objects.all() if secret in str(entry.facts)] == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"name": " "}, "name_missing"),
        ({"scopes": []}, "scope_unknown"),
        ({"scopes": ["credit:entity", "credit:all"]}, "scope_unknown"),
        ({"days": 0}, "days_wrong"),
        ({"days": 366}, "days_wrong"),
    ],
)
def test_token_is_made_whole(desk, words, code):
    told = {"actor": desk.officer, "partner": desk.partner, "name": "接口", "scopes": ["credit:entity"], "days": 30}

    refused(code, services.make_token, **{**told, **words})


def test_database_refuses_a_token_for_longer_and_a_changed_one(desk):
    desk.token()
    token = ApiToken.objects.get()
    told = {"partner": desk.partner, "name": "x", "ending": "x", "made_by": desk.officer}
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiToken.objects.create(token_hash="1" * 64, days=366, **told)
    for changes in ({"days": 365}, {"scopes": ["credit:entity"]}, {"token_hash": "2" * 64}):
        with pytest.raises(DatabaseError), transaction.atomic():
            ApiToken.objects.filter(pk=token.pk).update(**changes)


def test_only_the_own_body_makes_and_revokes(desk):
    desk.token()
    nation, told = regulator("000000"), {"name": "x", "scopes": ["credit:entity"], "days": 1}
    with pytest.raises(NotAllowed):
        services.make_token(actor=nation, partner=desk.partner, **told)
    with pytest.raises(NotAllowed):
        services.revoke_token(actor=nation, token=ApiToken.objects.get())


# --- refusals ---------------------------------------------------------------------------------------------------------
def test_unknown_expired_and_revoked_are_answered_alike(desk, client):
    revoked, expiring = desk.token(), desk.token(days=1)
    services.revoke_token(actor=desk.officer, token=ApiToken.objects.order_by("pk").first())

    answers = [ask(client, one) for one in ("", "tmx_unknown", revoked)]
    with later(1):
        answers.append(ask(client, expiring))

    assert {(one.status_code, one.content) for one in answers} == {(401, b'{"detail": "Unauthorized"}')}
    assert [use.granted for use in TokenUse.objects.order_by("pk")] == [False, False]


def test_revoked_once(desk):
    desk.token()
    token = ApiToken.objects.get()
    services.revoke_token(actor=desk.officer, token=token)

    with pytest.raises(WrongState):
        services.revoke_token(actor=desk.officer, token=token)


def test_token_of_an_ended_partner_is_not_answered(desk, client):
    secret = desk.token()
    assert ask(client, secret).status_code == 200

    services.end_partner(actor=desk.officer, partner=desk.partner, valid_to=clock.today())

    assert ask(client, secret).status_code == 401


def test_wrong_scope_is_refused_and_put_down(desk, client):
    entity_only, notices_only = desk.token("credit:entity"), desk.token("credit:end-notices")

    assert ask(client, entity_only).status_code == 403
    assert ask(client, notices_only, of_entity(desk.entity)).status_code == 403
    assert [use.granted for use in TokenUse.objects.order_by("pk")] == [False, False]


def test_login_is_no_token(desk, client):
    client.force_login(desk.officer)

    assert client.get(NOTICES).status_code == 401
    assert client.get(of_entity(desk.entity)).status_code == 401


def test_interface_only_reads(desk, client):
    secret = desk.token()
    for address in (NOTICES, of_entity(desk.entity)):
        for ask_by in (client.post, client.put, client.patch, client.delete):
            assert ask_by(address, headers={"Authorization": f"Bearer {secret}"}).status_code == 405


def test_too_many_questions_wait(desk, client):
    secret = desk.token()
    with at_the_beginning_of_a_window():
        answers = [ask(client, secret) for _ in range(61)]

    assert [one.status_code for one in answers] == [200] * 60 + [429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert TokenUse.objects.count() == 60


def test_trying_tokens_is_counted_by_address(desk, client):
    with at_the_beginning_of_a_window():
        answers = [ask(client, f"tmx_{n}").status_code for n in range(121)]

    assert answers == [401] * 120 + [429]


# --- answers ----------------------------------------------------------------------------------------------------------
def test_entity_is_told_in_elements_and_reads_of_it(desk, client):
    answer = ask(client, desk.token(), of_entity(desk.entity))

    told = answer.json()
    assert [(one["conduct"], one["nature"], one["uscc"]) for one in told["records"]] == [
        ("表彰", "positive", desk.entity.uscc)
    ]
    assert answer["Cache-Control"] == "no-store"
    assert EntityLook.objects.get(institution=desk.entity).body_name == desk.partner.name
    use = TokenUse.objects.get()
    assert (use.operation, use.institution, use.granted, use.entries) == ("entity", desk.entity, True, 1)


def test_entity_of_another_region_is_answered_as_unknown(desk, client):
    secret, far = desk.token(), make_institution(code="980100")
    make_credit_record(None, institution=far, kind="award", facts={"title": {"zh": "远"}})

    known, unknown = ask(client, secret, of_entity(far)), ask(client, secret, "/api/v1/exchange/entities/x")

    assert (
        (known.status_code, known.content)
        == (unknown.status_code, unknown.content)
        == (404, b'{"detail": "not found"}')
    )
    assert not EntityLook.objects.filter(institution=far).exists()


def test_partner_reads_its_own_notices_alone(desk, client):
    authority = Authority().of_entity()
    case = authority.in_force("minor")
    other = desk.another("又一家")
    for partner in (desk.partner, other):
        EndNotice.objects.create(case=case, partner=partner.name, told=partner, due_on=clock.today())
    mine, theirs = EndNotice.objects.order_by("pk")

    first = ask(client, desk.token()).json()["notices"]
    second = ask(client, desk.token(partner=other)).json()["notices"]

    assert [one["id"] for one in first] == [mine.pk]
    assert [one["id"] for one in second] == [theirs.pk]
    assert (first[0]["document"], first[0]["acknowledged"]) == (case.decision_number, False)


def test_adverse_entry_is_put_down_as_given(desk, client):
    case = Authority().of_entity().in_force("minor")

    ask(client, desk.token(), of_entity(case.institution))

    given = ExchangeGiven.objects.get()
    assert (given.case, given.partner, given.use) == (case, desk.partner, TokenUse.objects.get())


def test_uses_cannot_be_rewritten(desk, client):
    ask(client, desk.token())
    with pytest.raises(DatabaseError), transaction.atomic():
        TokenUse.objects.update(granted=False)


def test_description_names_the_scheme(client):
    told = client.get("/api/v1/openapi.json").json()

    assert told["components"]["securitySchemes"]["PartnerToken"]["scheme"] == "bearer"
    assert told["paths"]["/api/v1/exchange/end-notices"]["get"]["security"] == [{"PartnerToken": []}]


def test_token_ends_by_the_clock(desk):
    desk.token(days=1)
    token = ApiToken.objects.get()

    assert token.is_valid_at(token.made_at)
    assert not token.is_valid_at(token.made_at + timedelta(days=1))
    assert not token.is_valid_at(token.made_at - timedelta(seconds=1))
