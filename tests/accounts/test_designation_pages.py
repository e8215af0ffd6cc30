"""Pages of designations: apply, list, decide step by step, the public register and its years; closed to others."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Designation, User
from core import clock
from tests.accounts.designating import asked, competent, published, standing
from tests.builders import base_manager, make_base, make_institution, make_user, officer, regulator

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def step(client: Client, made: Designation, name: str, **fields: object):
    return client.post(reverse("accounts:designation_step", args=[made.pk, name]), fields)


def test_base_applies_and_follows_its_application(base):
    client = client_of(base_manager(base))

    answer = client.post(
        reverse("accounts:apply_for_designation"), {"kind": "provincial_base", "statement": "条件具备"}
    )

    made = Designation.objects.get()
    assert answer.url == reverse("accounts:designation", args=[made.pk])
    page = client.get(answer.url).content.decode()
    assert "条件具备" in page
    assert reverse("accounts:designation_step", args=[made.pk, "withdraw"]) in page
    assert reverse("accounts:designation_step", args=[made.pk, "review"]) not in page


def test_application_for_what_is_under_way_comes_back_filled(base):
    client = client_of(base_manager(base))
    asked(base)

    answer = client.post(
        reverse("accounts:apply_for_designation"), {"kind": "provincial_base", "statement": "再次申请"}
    )

    assert answer.context["form"].errors.keys() == {"__all__"}
    assert "再次申请" in answer.content.decode()
    assert Designation.objects.count() == 1


def test_officers_take_it_from_the_application_to_the_grant(base, deciders):
    first, second = (client_of(one) for one in deciders)
    made = asked(base)

    step(first, made, "review")
    step(first, made, "publicise", document="公示1号")
    early = step(second, made, "designate", document="认定2号", valid_from=clock.today().isoformat())
    with clock.travel(timedelta(days=20)):
        # Sessions do not last so long.
        first, second = (client_of(one) for one in deciders)
        own = step(first, made, "designate", document="认定2号", valid_from=clock.today().isoformat())
        done = step(second, made, "designate", document="认定2号", valid_from=clock.today().isoformat())

    assert early.context["form"].errors.keys() == {"__all__"}
    assert own.context["form"].errors.keys() == {"__all__"}
    assert done.url == reverse("accounts:designation", args=[made.pk])
    made.refresh_from_db()
    assert (made.state, made.document) == ("designated", "认定2号")


def test_step_that_has_gone_by_leads_back(base, deciders):
    made = published(base, deciders[0])

    answer = client_of(deciders[0]).get(reverse("accounts:designation_step", args=[made.pk, "review"]))

    assert answer.url == reverse("accounts:designation", args=[made.pk])


def test_body_that_is_not_competent_reads_why(base):
    competent()
    made = asked(base)

    answer = step(client_of(regulator("990100")), made, "review")

    assert "主管部门990000" in answer.content.decode()
    made.refresh_from_db()
    assert made.state == "applied"


@pytest.mark.parametrize(
    "who",
    [lambda: regulator("980000"), officer, base_manager, make_user],
    ids=["other province", "officer", "other base", "nobody"],
)
def test_foreign_and_missing_answer_alike(who, base):
    client, made = client_of(who()), asked(base)

    for pk in (made.pk, 999_999):
        assert client.get(reverse("accounts:designation", args=[pk])).status_code == 404
        for name in ("review", "withdraw", "nothing"):
            address = reverse("accounts:designation_step", args=[pk, name])
            assert (client.get(address).status_code, client.post(address).status_code) == (404, 404)
    made.refresh_from_db()
    assert made.state == "applied"


def test_whoever_has_no_place_to_apply_for_finds_no_form():
    assert client_of(regulator()).get(reverse("accounts:apply_for_designation")).status_code == 404
    assert client_of(make_user()).get(reverse("accounts:designations")).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_for_more_rows(rows, django_assert_num_queries):
    client = client_of(regulator())
    for state in ("applied", "designated", "exited")[:rows]:
        standing(make_base(), state)

    with django_assert_num_queries(6):
        page = client.get(reverse("accounts:designations"))
    assert len(page.context["rows"]) == rows


def test_list_by_state_and_kind(base):
    applied, held = standing(base, "applied"), standing(base, "designated")
    client, address = client_of(regulator()), reverse("accounts:designations")

    def shown(**chosen: str) -> list[Designation]:
        return [row["one"] for row in client.get(address, chosen).context["rows"]]

    assert shown(state="applied") == [applied]
    assert shown(state="designated", kind="provincial_base") == [held]
    assert shown(kind="national_base") == []
    assert shown(state="nonsense") == [held, applied]


# --- public ---------------------------------------------------------------------------------------------------------
def test_visitor_reads_what_is_in_force_and_what_is_in_publicity(base, deciders):
    published(base, deciders[0])
    held = standing(make_base(area="980000"), "designated")
    refused = standing(make_base(), "refused")

    page = Client().get(reverse("website:designations")).content.decode()

    assert base.name in page
    assert held.base.name in page
    assert refused.base.name not in page


@pytest.mark.parametrize("rows", [1, 3])
def test_public_register_costs_the_same_for_more_rows(rows, django_assert_num_queries):
    for _ in range(rows):
        standing(make_base(), "designated")

    with django_assert_num_queries(3):
        assert len(Client().get(reverse("website:designations")).context["page_obj"].object_list) == rows


def test_years_are_drawn_and_listed():
    today = clock.today()
    for begun, ended in ((today.year - 2, None), (today.year - 1, date(today.year, 1, 1))):
        Designation.objects.create(
            institution=make_institution(),
            kind="demonstration",
            state="revoked" if ended else "designated",
            valid_from=date(begun, 1, 1),
            valid_to=ended,
        )

    page = Client().get(reverse("website:designation_years"))

    assert [(point["label"], point["value"]) for point in page.context["points"]] == [
        (str(today.year - 2), 1),
        (str(today.year - 1), 2),
        (str(today.year), 1),
    ]
    assert page.content.decode().count("<rect") == 3


def test_years_without_any_designation_say_so():
    assert Client().get(reverse("website:designation_years")).context["lines"] == []
