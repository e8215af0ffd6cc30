"""Many evidences at once: every scan finds its row or nothing is written; accepted as a whole by a sample alone."""

import io
import zipfile
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from openpyxl import load_workbook

from accounts.models import Membership
from core import clock, draws
from core.errors import DomainError, NotAllowed, WrongState
from core.models import OutboxEvent
from courses.exports import evidence_template
from courses.models import EvidenceBatch, EvidenceScan, ExternalEvidence, TrainingRecord
from courses.selectors.evidence import evidence_desk
from courses.selectors.evidence_batches import least_sample
from courses.services import (
    accept_batch,
    accept_evidence,
    draw_batch,
    mark_drawn,
    part_batch,
    preview_batch,
    refuse_batch,
    submit_batch,
    withdraw_batch,
    withdraw_evidence,
)
from tests.builders import officer, region, regulator, resident_number
from tests.core.hostile import REFUSED
from tests.courses.builders import make_record
from tests.courses.evidence import NUMBER, PDF, agreement, drawn_batch, hire, make_case, many, packed
from tests.courses.training_files import file, mutual_file, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    return make_case()


def planned(case, table, scans):
    return preview_batch(actor=case.officer, institution=case.institution, table=table, scans=scans)


def codes(plan):
    return sorted((one.row, problem.code) for one in plan.rows for problem in one.errors)


def refused(work, **given):
    with pytest.raises(DomainError) as refusal:
        work(**given)
    return refusal.value.code


# --- the table and its scans ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["高轩-0018.pdf", "010018.pdf", "scans/第一批/diploma 0018.pdf", "高轩0018.PDF"])
def test_scan_finds_its_row_by_the_end_of_its_name(case, name):
    submit_batch(
        actor=case.officer, institution=case.institution, table=file(row("高轩", NUMBER)), scans=packed((name, PDF))
    )

    made = ExternalEvidence.objects.get()
    assert (made.person, made.place, made.state, made.claimed.standing) == (case.person, 1, "submitted", "claimed")
    assert EvidenceScan.objects.get().content == PDF


def mutual(case, document="岚科〔2020〕1号", **values):
    table = mutual_file([*row("高轩", NUMBER, **values), document])
    return submit_batch(
        actor=case.officer, institution=case.institution, table=table, scans=packed(("高轩-0018.pdf", PDF))
    )


def test_training_in_another_region_names_its_agreement(case):
    made = agreement(region("990000"), region("980000"))
    earlier = agreement(region("990000"), region("970000"), valid_from=date(2010, 1, 1), valid_to=date(2019, 1, 1))

    assert codes(mutual(case)) == []

    evidence = ExternalEvidence.objects.get()
    assert (evidence.kind, evidence.agreement) == ("mutual", made)
    assert earlier.document == made.document


@pytest.mark.parametrize(
    ("document", "day", "code"),
    [
        ("岚科〔1999〕1号", date(2024, 6, 1), "no_agreement"),
        ("别省〔2020〕1号", date(2024, 6, 1), "no_agreement"),
        ("岚科〔2020〕1号", date(2018, 6, 1), "agreement_wrong"),
        ("岚科〔2021〕2号", date(2024, 6, 1), "agreement_unclear"),
    ],
)
def test_agreement_that_is_not_one_stops_the_table(case, document, day, code):
    agreement(region("990000"), region("980000"))
    agreement(region("970000"), region("980000"), document="别省〔2020〕1号")
    for other in ("970000", "960000"):
        agreement(region("990000"), region(other), document="岚科〔2021〕2号")

    assert (2, code) in codes(mutual(case, document, 完成日期=day))
    assert ExternalEvidence.objects.count() == 0


def test_agreement_is_asked_again_when_all_are_accepted(case):
    made = agreement(region("990000"), region("980000"))
    mutual(case)
    batch = draw_batch(actor=case.decider, batch=EvidenceBatch.objects.get(), size=1)
    mark_drawn(actor=case.decider, evidence=batch.evidence.get(), agrees=True)
    made.valid_to = date(2020, 1, 1)
    made.save()

    assert refused(accept_batch, actor=case.decider, batch=batch) == "row_in_the_way"
    made.valid_to = None
    made.save()
    accept_batch(actor=case.decider, batch=batch)
    assert TrainingRecord.objects.get(standing="confirmed_by_regulator").person == case.person


def test_agreement_is_part_of_what_the_draw_follows_from(case):
    made = [agreement(region("990000"), region(other), document=other) for other in ("980000", "970000")]
    roots = set()
    for document in ("", *(one.document for one in made)):
        mutual(case, document)
        batch = EvidenceBatch.objects.latest("pk")
        roots.add(batch.root)
        withdraw_batch(actor=case.officer, batch=batch)

    assert len(roots) == 3


def test_table_without_a_row_says_so(case):
    plan = planned(case, file(), packed(("高轩-0018.pdf", PDF)))

    assert [code for _row, code in codes(plan)] == ["no_rows", "unmatched"]


def test_template_says_how_scans_are_named(case):
    book = load_workbook(io.BytesIO(evidence_template()))
    said = [cell.value for line in book["填写说明"] for cell in line]

    assert any("高轩-010018.pdf" in str(one) for one in said)
    assert [cell.value for cell in book.worksheets[0][1]][-1] == "互认协议文号"


def test_name_in_the_encoding_of_a_chinese_windows_is_read(case):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("x" * len("高轩-0018.pdf".encode("gb18030"))), PDF)
    raw = out.getvalue().replace(b"x" * len("高轩-0018.pdf".encode("gb18030")), "高轩-0018.pdf".encode("gb18030"))

    plan = planned(case, file(row("高轩", NUMBER)), raw)

    assert codes(plan) == []
    assert [scan.name for scan in plan.scans[plan.rows[0].row]] == ["高轩-0018.pdf"]


def test_whatever_does_not_fit_is_named_row_by_row_and_nothing_is_written(case):
    hire(case, "何敏", other := resident_number(41_000))
    table = file(row("高轩", NUMBER), row("何敏", other))
    scans = packed(
        ("高轩-0018.pdf", PDF),
        ("高轩-9999.pdf", PDF + b"2"),
        ("0018.txt", PDF),
        ("x-0018.pdf", b"MZ"),
        ("y-0018.pdf", PDF),
    )  # fmt: skip

    plan = submit_batch(actor=case.officer, institution=case.institution, table=table, scans=scans)

    assert [code for _row, code in codes(plan)] == [
        "scan_wrong_kind", "scan_wrong_kind", "unmatched", "scan_twice", "no_scan",
    ]  # fmt: skip
    assert (EvidenceBatch.objects.count(), TrainingRecord.objects.count()) == (0, 0)


def test_same_tail_is_told_apart_by_the_name(case):
    # Of the same sequence on later birthdays; the check character agrees with one in eleven.
    alike = next(one for k in range(1, 99) if (one := resident_number(17 + 999 * k))[-4:] == resident_number(17)[-4:])
    tail = alike[-4:]
    hire(case, "何敏", alike)
    hire(case, "林知夏", resident_number(17))
    table = file(row("林知夏", resident_number(17)), row("何敏", alike))

    unclear = planned(case, table, packed((f"a-{tail}.pdf", PDF), (f"何敏-{tail}.pdf", PDF + b"2")))
    clear = planned(case, table, packed((f"林知夏-{tail}.pdf", PDF), (f"何敏-{tail}.pdf", PDF + b"2")))

    assert "ambiguous" in [code for _row, code in codes(unclear)]
    assert codes(clear) == []


def test_what_is_known_already_is_not_submitted(case):
    title, day = "国家技术转移人才培养基地初级班", row()[-1]
    make_record(case.person, title=title, completed_on=day)
    stranger = resident_number(42_000)

    plan = planned(
        case,
        file(row("高轩", NUMBER), row("欧阳修远", stranger)),
        packed(("高轩-0018.pdf", PDF), (f"x-{stranger[-4:]}.pdf", PDF)),
    )

    assert {code for _row, code in codes(plan)} >= {"counted", "not_on_roster"}


@pytest.mark.parametrize("name", ["half_a_gigabyte_behind_a_megabyte", "encrypted_workbook", "program", "page"])
def test_hostile_archive_is_refused(case, name):
    code = refused(planned, case=case, table=file(row("高轩", NUMBER)), scans=REFUSED[name]())

    assert code in ("zip_unreadable", "zip_too_large")


@pytest.mark.parametrize(
    "files",
    [
        [("../0018.pdf", PDF)],
        [("/etc/0018.pdf", PDF)],
        [("C:/0018.pdf", PDF)],
        [("a.zip", PDF)],
        [("0018.pdf", PDF), ("0018.PDF", PDF)],
        [(f"{n}.pdf", PDF) for n in range(201)],
        [],
    ],
)
def test_archive_with_ways_outside_or_archives_inside_is_refused(case, files):
    assert refused(planned, case=case, table=file(row("高轩", NUMBER)), scans=packed(*files)) == "zip_unreadable"


def test_archive_that_unpacks_to_too_much_is_refused(case):
    noise = bytes(range(256)) * 4096 * 7
    files = [(f"{n}.pdf", noise) for n in range(9)]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)

    assert refused(planned, case=case, table=file(row("高轩", NUMBER)), scans=out.getvalue()) in (
        "zip_too_large", "zip_unreadable",
    )  # fmt: skip


def test_only_the_institutions_own_officer_submits(case):
    for actor in (officer(), regulator("990100")):
        with pytest.raises(NotAllowed):
            submit_batch(
                actor=actor, institution=case.institution, table=file(row("高轩", NUMBER)),
                scans=packed(("0018.pdf", PDF)),
            )  # fmt: skip


# --- the sample -----------------------------------------------------------------------------------------------------
def test_least_sample():
    assert [least_sample(rows) for rows in (1, 5, 6, 50, 51, 100)] == [1, 5, 5, 5, 6, 10]


def test_sample_follows_from_the_rows_and_a_later_head(case, monkeypatch):
    batch = many(case, 8)
    asked = []

    def heads(moment):
        asked.append(moment)
        return 77, "ab" * 32

    monkeypatch.setattr(draws, "_heads", [heads])

    found = draw_batch(actor=case.decider, batch=batch, size=5)

    seed = draws.seed_from("evidence-batch-draw-1", batch.root, "ab" * 32)
    assert (asked, found.head_size, found.seed) == ([batch.submitted_at], 77, seed)
    assert found.places == draws.drawn(seed, 8, 5)
    with pytest.raises(WrongState):
        draw_batch(actor=case.decider, batch=batch, size=6)


def test_without_a_later_head_the_number_is_random(case, monkeypatch):
    batch = many(case, 2)
    monkeypatch.setattr(draws, "_heads", [lambda moment: None])

    found = draw_batch(actor=case.decider, batch=batch, size=2)

    assert (found.head_size, len(found.head), found.places) == (None, 64, [1, 2])


@pytest.mark.parametrize(("size", "code"), [(4, "sample_too_small"), (7, "sample_too_large")])
def test_sample_has_its_size(case, size, code):
    assert refused(draw_batch, actor=case.decider, batch=many(case, 6), size=size) == code


def test_all_are_accepted_when_every_drawn_one_agrees(case):
    batch, sample = drawn_batch(case)
    for one in sample[:-1]:
        mark_drawn(actor=case.decider, evidence=one, agrees=True)
    assert refused(accept_batch, actor=case.decider, batch=batch) == "sample_disagrees"
    mark_drawn(actor=case.decider, evidence=sample[-1], agrees=True)

    accepted = accept_batch(actor=case.decider, batch=batch)

    assert (accepted.state, accepted.decided_by) == ("accepted", case.decider)
    assert set(batch.evidence.values_list("state", "record__standing")) == {("accepted", "confirmed_by_regulator")}
    assert OutboxEvent.objects.filter(kind="courses.training_record_added").count() == 6


def test_one_that_does_not_agree_keeps_all_from_being_accepted(case):
    batch, sample = drawn_batch(case)
    for one in sample:
        mark_drawn(actor=case.decider, evidence=one, agrees=one != sample[2])

    assert refused(accept_batch, actor=case.decider, batch=batch) == "sample_disagrees"
    assert TrainingRecord.objects.filter(standing="confirmed_by_regulator").count() == 0
    refuse_batch(actor=case.decider, batch=batch, reason="一份证书与表格不符")
    assert set(batch.evidence.values_list("state", "reason")) == {("refused", "一份证书与表格不符")}


def test_batch_can_be_decided_one_by_one(case):
    batch, sample = drawn_batch(case)
    assert refused(accept_evidence, actor=case.decider, evidence=sample[0]) == "in_batch"
    assert list(evidence_desk(case.decider)) == []

    assert refused(part_batch, actor=case.decider, batch=batch, reason=" ") == "reason_missing"
    part_batch(actor=case.decider, batch=batch, reason="逐一核对")

    assert len(evidence_desk(case.decider)) == 6
    assert accept_evidence(actor=case.decider, evidence=sample[0]).state == "accepted"


def test_row_in_the_way_is_named_and_nothing_is_accepted(case):
    batch, sample = drawn_batch(case)
    for one in sample:
        mark_drawn(actor=case.decider, evidence=one, agrees=True)
    third = batch.evidence.get(place=3)
    make_record(third.person, track=third.track, title=third.title, completed_on=third.completed_on)

    with pytest.raises(DomainError) as refusal:
        accept_batch(actor=case.decider, batch=batch)

    assert (refusal.value.code, refusal.value.facts["place"]) == ("row_in_the_way", 3)
    batch.refresh_from_db()
    assert (batch.state, batch.evidence.filter(state="submitted").count()) == ("drawn", 6)


def test_only_drawn_rows_are_marked(case):
    batch, sample = drawn_batch(case)
    other = batch.evidence.exclude(pk__in=[one.pk for one in sample]).get()

    assert refused(mark_drawn, actor=case.decider, evidence=other, agrees=True) == "not_drawn"
    assert refused(mark_drawn, actor=case.decider, evidence=case.submit(), agrees=True) == "not_drawn"


def test_drawn_batch_is_not_taken_back_for_another_draw(case):
    batch = many(case, 2)
    one = batch.evidence.first()
    assert refused(withdraw_evidence, actor=case.officer, evidence=one) == "in_batch"
    draw_batch(actor=case.decider, batch=batch, size=2)

    assert refused(withdraw_batch, actor=case.officer, batch=batch) == "wrong_state"


def test_batch_that_waits_is_taken_back(case):
    batch = withdraw_batch(actor=case.officer, batch=many(case, 2))

    assert set(batch.evidence.values_list("state", flat=True)) == {"withdrawn"}


def test_nobody_of_the_house_and_no_other_body_decides(case):
    batch = many(case, 2)
    city = regulator("990100")

    for work, given in ((draw_batch, {"size": 2}), (refuse_batch, {"reason": "x"}), (part_batch, {"reason": "x"})):
        assert refused(work, actor=city, batch=batch, **given) == "other_body_competent"
        assert refused(work, actor=case.officer, batch=batch, **given) == "not_allowed"
    hat = {"role": "institution_officer", "institution": case.institution}
    Membership.objects.create(user=case.decider, valid_from=clock.today() - timedelta(days=9), **hat)
    assert refused(draw_batch, actor=case.decider, batch=batch, size=2) == "own_institution"


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("evidence_batch_accepted_by_a_sample", {"state": "drawn"}),
        ("evidence_batch_decided_by_somebody", {"state": "refused", "reason": "x"}),
        ("evidence_batch_says_why", {"state": "refused", "decided": True}),
        ("evidence_batch_has_rows", {"rows": 0}),
    ],
)
def test_database_refuses(case, name, wrong):
    batch = many(case, 1)
    if wrong.pop("decided", False):
        wrong |= {"decided_by": case.decider, "closed_at": clock.now()}

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        EvidenceBatch.objects.filter(pk=batch.pk).update(**wrong)
