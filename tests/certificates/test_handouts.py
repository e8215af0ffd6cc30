"""The last afternoon: one file by seat or by name, the sheet to sign, ticks; a wrong name is replaced and reprinted."""

import subprocess
from io import BytesIO
from random import Random

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import TrainingBase
from accounts.selectors import system_user
from accounts.services import correct_name
from certificates import services
from certificates.models import Certificate, CertificateHandout
from certificates.pdf.receipt import receipt
from certificates.selectors import handouts as selectors
from core.errors import NotAllowed
from courses.exams.services import admit_candidates, give_seats
from tests.builders import regulator
from tests.certificates.builders import (
    certificate_base,
    drawn_certificate,
    make_award,
    make_certificate,
    manager_of,
)
from tests.courses.builders import make_cohort, make_sitting

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
        for name, more in [("handout", []), ("signature_sheet", []), ("signature_pdf", []), ("print_file", [1])]:
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
    answer = client.get(reverse("certificates:print_file", args=[cohort.pk, 1]), {"without": 1})
    # The links of the language switch keep the question; the button is what offers the print.
    assert (answer.status_code, 'class="btn primary"' in answer.content.decode()) == (500, False)


# --- in the order of seats --------------------------------------------------------------------------------------------
NAMES = ("林知夏", "高轩", "陈默", "周雨桐", "欧阳明月")


@pytest.fixture
def seated(cohort, manager):
    """Five who sat, in an order that is not that of their names."""
    made = issued(cohort, *NAMES)
    sitting = make_sitting(cohort)
    admit_candidates(actor=manager, sitting=sitting, persons=[one.person for one in made])
    give_seats(actor=manager, sitting=sitting, random=Random(4))
    return made


def order_of(manager, cohort, order="seat"):
    return [row.number for row in selectors.certificates_to_hand_out(manager, cohort, order)]


def texts_of(body):
    """What poppler reads of a PDF, page by page."""
    said = subprocess.run(
        ["/usr/bin/env", "pdftotext", "-layout", "-", "-"], input=body, capture_output=True, check=True
    )
    return said.stdout.decode().split("\f")[:-1]


def places(numbers, text):
    return [number for _place, number in sorted((text.index(number), number) for number in numbers)]


@pytest.mark.parametrize("order", ["seat", "name"])
def test_print_file_and_sheet_are_in_the_same_order(client, cohort, manager, seated, order):
    wanted = order_of(manager, cohort, order)
    client.force_login(manager)
    query = {"order": order, "sheet": 1}

    printed = texts_of(client.get(reverse("certificates:print_file", args=[cohort.pk, 1]), query).content)
    sheet = texts_of(client.get(reverse("certificates:signature_pdf", args=[cohort.pk]), query).content)
    page = client.get(reverse("certificates:handout", args=[cohort.pk]), query).content.decode()
    paper = client.get(reverse("certificates:signature_sheet", args=[cohort.pk]), query).content.decode()

    assert order_of(manager, cohort, "seat") != order_of(manager, cohort, "name")
    assert [next(one for one in wanted if one in text) for text in printed[:5]] == wanted
    # Behind the certificates lies the sheet itself.
    assert places(wanted, printed[5]) == places(wanted, sheet[0]) == places(wanted, page) == places(wanted, paper)
    assert (places(wanted, sheet[0]), len(printed)) == (wanted, 6)


def test_page_says_that_numbers_need_not_follow_the_seats(client, cohort, manager, seated):
    client.force_login(manager)
    address, told = "/en" + reverse("certificates:handout", args=[cohort.pk]), "the numbers need not follow the seats"
    assert told in client.get(address).content.decode()
    assert told not in client.get(address, {"order": "name"}).content.decode()


def test_sheet_that_cannot_be_drawn_holds_up_no_certificate(client, cohort, manager):
    issued(cohort, "林知夏", "高轩")
    TrainingBase.objects.filter(pk=cohort.base_id).update(name="基地 \U0001f680")
    client.force_login(manager)
    names = [("print_file", [1]), ("handout", []), ("signature_pdf", [])]
    printed, desk, sheet = ["/en" + reverse(f"certificates:{name}", args=[cohort.pk, *more]) for name, more in names]
    answer = client.get(printed, {"sheet": 1})
    assert (answer.status_code, len(PdfReader(BytesIO(answer.content)).pages)) == (200, 2)
    told = "The sheet is not in the file: the fonts lack \U0001f680."
    assert told in client.get(desk).content.decode()
    alone = client.get(sheet, follow=True)
    assert (told in alone.content.decode(), alone["Content-Type"]) == (True, "text/html; charset=utf-8")


def test_order_is_that_of_names_where_nobody_has_a_seat(client, cohort, manager):
    issued(cohort, *NAMES)
    client.force_login(manager)
    page = client.get("/en" + reverse("certificates:handout", args=[cohort.pk])).content.decode()
    assert order_of(manager, cohort) == order_of(manager, cohort, "name")
    assert ("<caption>By name</caption>" in page, ">Seat</th>" in page) == (True, False)


def test_seat_is_that_of_the_holder_of_two_joined_records(cohort, manager):
    made = issued(cohort, "高轩", "陈默")
    sitting = make_sitting(cohort)
    double = make_award(name="高轩").person
    admit_candidates(actor=manager, sitting=sitting, persons=[made[1].person, double])
    give_seats(actor=manager, sitting=sitting, random=Random(4))
    double.merged_into = made[0].person
    double.save()
    seats = {row.holder_name: row.seat for row in selectors.certificates_to_hand_out(manager, cohort)}
    assert sorted(seats.values()) == [1, 2]


def test_sheet_repeats_its_heads_counts_its_pages_and_masks_documents(client, cohort, manager):
    long = "阿卜杜热西提·买买提·" * 5
    record = make_award(cohort, name=long[:50])
    kept = make_certificate(record)
    rows = [kept, *(make_like(kept, number) for number in range(59))]
    body = receipt(cohort, rows, order="name", on=kept.issued_on)
    pages_read = texts_of(body)
    whole = record.person.documents.get().number
    assert len(pages_read) == 3
    assert [f"{page}/3" in text.replace(" ", "") for page, text in enumerate(pages_read, 1)] == [True] * 3
    assert [text.replace(" ", "").count("证书编号") for text in pages_read] == [1] * 3
    assert (whole in "".join(pages_read), kept.holder_document_masked in pages_read[0]) == (False, True)
    joined = "".join("".join(text.split()) for text in pages_read)
    assert [joined.count(row.number) for row in rows] == [1] * 60
    assert [round(float(page.mediabox.height)) for page in PdfReader(BytesIO(body)).pages] == [842] * 3


def make_like(kept, number):
    """More lines for a paper: what is printed of a certificate, with another name."""
    return drawn_certificate(
        number=f"TM-J-2026-9901-{number:06d}-P",
        holder_name=NAMES[number % 5],
        holder_document_masked=kept.holder_document_masked,
    )
