"""Pages of many evidences at once: two files, a preview, the draw, the marks, one decision."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from courses.models import EvidenceBatch, ExternalEvidence
from courses.services import refuse_batch
from tests.courses.evidence import NUMBER, PDF, drawn_batch, make_case, many, packed
from tests.courses.training_files import file, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    return make_case()


def url(name, *args):
    return reverse(f"courses:{name}", args=args)


def upload(client, table, scans):
    files = {
        "file": SimpleUploadedFile("外来.xlsx", table),
        "scans": SimpleUploadedFile("扫描件.zip", scans, content_type="application/zip"),
    }
    return client.post(url("new_batch"), files)


def test_officer_submits_many_after_a_preview(client, case):
    client.force_login(case.officer)

    review = upload(client, file(row("高轩", NUMBER)), packed(("高轩-0018.pdf", PDF)))
    page = client.get(review.url)
    assert page.context["preview"].counts["create"] == 1
    assert "高轩-0018.pdf" in page.content.decode()
    assert ExternalEvidence.objects.count() == 0

    assert client.post(review.url).url == url("batches")
    batch = EvidenceBatch.objects.get()
    assert (batch.rows, batch.evidence.get().person) == (1, case.person)
    assert client.get(review.url).url == url("new_batch")
    assert list(client.get(url("batches")).context["page_obj"]) == [batch]
    assert client.get(url("evidence_batch", batch.pk)).status_code == 200


def test_preview_names_what_does_not_fit(client, case):
    client.force_login(case.officer)

    review = upload(client, file(row("高轩", NUMBER)), packed(("x-9999.pdf", PDF)))
    page = client.get(review.url).content.decode()
    client.post(review.url)

    assert "x-9999.pdf" in page
    assert ExternalEvidence.objects.count() == 0


@pytest.mark.parametrize(
    ("table", "scans", "field"),
    [(b"%PDF-1.7", packed(("0018.pdf", PDF)), "file"), (file(row("高轩", NUMBER)), b"no zip", "scans")],
)
def test_what_cannot_be_read_is_said_at_its_field(client, case, table, scans, field):
    client.force_login(case.officer)

    assert list(upload(client, table, scans).context["form"].errors) == [field]


def test_office_draws_marks_and_accepts(client, case):
    batch = many(case, 2)
    client.force_login(case.decider)
    assert list(client.get(url("batches")).context["page_obj"]) == [batch]

    client.post(url("draw_batch", batch.pk), {"size": 2})
    for one in batch.evidence.all():
        client.post(url("mark_drawn", one.pk), {"agrees": "yes"})
    assert client.get(url("evidence_batch", batch.pk)).context["all_agree"]
    client.post(url("decide_batch", batch.pk), {"step": "accept"})

    batch.refresh_from_db()
    assert batch.state == "accepted"
    assert list(client.get(url("batches")).context["page_obj"]) == []


def test_institution_does_not_read_who_was_drawn_before_it_is_decided(client, case):
    batch, _sample = drawn_batch(case, 2)
    client.force_login(case.officer)
    page = client.get(url("evidence_batch", batch.pk))
    assert [one.drawn for one in page.context["rows"]] == [False, False]
    assert batch.seed not in page.content.decode()

    refuse_batch(actor=case.decider, batch=batch, reason="不符")

    assert [one.drawn for one in client.get(url("evidence_batch", batch.pk)).context["rows"]] == [True, True]


@pytest.mark.parametrize("rows", [1, 3])
def test_page_costs_the_same_for_one_and_three(client, case, rows, django_assert_num_queries):
    batch = many(case, rows)
    client.force_login(case.decider)
    client.get(url("evidence_batch", batch.pk))

    with django_assert_num_queries(6):
        client.get(url("evidence_batch", batch.pk))
