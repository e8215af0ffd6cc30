"""The last afternoon: one file by name, the sheet to sign, ticks; a wrong name is replaced and reprinted."""

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.urls import reverse
from pypdf import PdfReader

from accounts.selectors import system_user
from accounts.services import correct_name
from certificates import services
from certificates.models import Certificate, CertificateHandout
from certificates.selectors import handouts as selectors
from core.errors import NotAllowed
from tests.builders import regulator
from tests.certificates.builders import certificate_base, make_award, make_certificate, manager_of
from tests.courses.builders import make_cohort

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return make_cohort(certificate_base(), state="assessing")


@pytest.fixture
def manager(cohort):
    return manager_of(cohort.base)


def issued(cohort, *names):
    return [make_certificate(make_award(cohort, name=name)) for name in names]


def pages(client, cohort, part=1):
    answer = client.get(reverse("certificates:print_file", args=[cohort.pk, part]))
    assert answer["Content-Type"] == "application/pdf"
    return [page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages]


def test_one_file_holds_every_certificate_in_the_order_of_the_sheet(client, cohort, manager):
    issued(cohort, "林知夏", "高轩", "陈默")
    make_certificate()
    order = [row.number for row in selectors.certificates_to_hand_out(manager, cohort)]
    client.force_login(manager)

    printed = pages(client, cohort)
    sheet = client.get(reverse("certificates:signature_sheet", args=[cohort.pk])).content.decode()

    assert [number in text for number, text in zip(order, printed, strict=True)] == [True] * 3
    assert sorted(order, key=sheet.index) == order


def test_long_class_is_printed_in_parts(client, cohort, manager, monkeypatch):
    monkeypatch.setattr(selectors, "PART", 2)
    issued(cohort, "林知夏", "高轩", "陈默")
    client.force_login(manager)
    assert [len(pages(client, cohort, part)) for part in (1, 2)] == [2, 1]
    assert client.get(reverse("certificates:print_file", args=[cohort.pk, 3])).status_code == 302


def test_wrong_name_found_at_the_desk_is_replaced_and_reprinted(client, cohort, manager):
    [wrong] = issued(cohort, "陈黙")
    correct_name(actor=system_user(), person=wrong.person, name="陈默", reason="登记时误写")
    client.force_login(manager)
    address = reverse("certificates:decide", args=[wrong.number, "supersede"])
    client.post(address, {"note": "姓名误写"})
    new = Certificate.objects.get(supersedes=wrong)
    [printed] = pages(client, cohort)
    wrong.refresh_from_db()
    assert (new.number in printed, wrong.number in printed, wrong.state) == (True, False, "superseded")
    assert wrong.events.order_by("-pk").first().ground == "information_corrected"


def test_ticks_stay_and_are_made_once(client, cohort, manager):
    first, second = issued(cohort, "高轩", "陈默")
    other = make_certificate()
    client.force_login(manager)
    address = reverse("certificates:handout", args=[cohort.pk])
    client.post(address, {"certificate": [first.pk, other.pk]})
    client.post(address, {"certificate": [first.pk, second.pk]})
    assert sorted(CertificateHandout.objects.values_list("certificate", flat=True)) == [first.pk, second.pk]
    with pytest.raises(IntegrityError), transaction.atomic():
        CertificateHandout.objects.create(certificate=first, by=manager)
    with pytest.raises(IntegrityError), transaction.atomic():
        CertificateHandout.objects.all().delete()


def test_nobody_else_prints_or_ticks(client, cohort):
    [certificate] = issued(cohort, "高轩")
    for actor in (manager_of(certificate_base()), regulator(), certificate.person.user):
        client.force_login(actor)
        for name, more in [("handout", []), ("signature_sheet", []), ("print_file", [1])]:
            assert client.get(reverse(f"certificates:{name}", args=[cohort.pk, *more])).status_code == 404
        with pytest.raises(NotAllowed):
            services.tick_handouts(actor=actor, cohort=cohort, certificate_ids=[certificate.pk])


@pytest.mark.parametrize("many", [1, 3])
def test_handout_page_takes_as_many_queries_for_three_as_for_one(
    client, cohort, manager, many, django_assert_num_queries
):
    issued(cohort, *"甲乙丙"[:many])
    client.force_login(manager)
    address = reverse("certificates:handout", args=[cohort.pk])
    client.get(address)
    with django_assert_num_queries(5):
        client.get(address)


@pytest.mark.parametrize("spoil", ["missing", "changed"])
def test_damaged_file_is_named_and_the_others_are_printed_without_it(client, cohort, manager, spoil):
    whole, damaged = issued(cohort, "高轩", "陈默")
    name = damaged.file.storage_name
    default_storage.delete(name)
    if spoil == "changed":
        default_storage.save(name, ContentFile(b"another file"))
    client.force_login(manager)
    address = reverse("certificates:print_file", args=[cohort.pk, 1])

    answer = client.get("/en" + address)

    page = answer.content.decode()
    replace = reverse("certificates:decide", args=[damaged.number, "supersede"])
    assert (answer.status_code, damaged.holder_name in page, damaged.number in page) == (500, True, True)
    assert (replace in page, whole.number in page, "?without=1" in page) == (True, False, True)
    answer = client.get(address, {"without": 1})
    [printed] = [one.extract_text() for one in PdfReader(BytesIO(answer.content)).pages]
    assert whole.number in printed


def test_class_whose_only_file_is_damaged_is_named_and_not_offered_without(client, cohort, manager):
    [damaged] = issued(cohort, "高轩")
    default_storage.delete(damaged.file.storage_name)
    client.force_login(manager)
    address = reverse("certificates:print_file", args=[cohort.pk, 1])
    answer = client.get(address, {"without": 1})
    assert (answer.status_code, f'href="{address}?without=1"' in answer.content.decode()) == (500, False)
