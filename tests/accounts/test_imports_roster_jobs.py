"""Rosters of many rows: read and written in the background, with progress, whole or not at all."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Appointment, Institution
from accounts.services import roster_jobs
from core import jobs, outbox, uploads
from core.errors import DomainError
from core.models import AuditEntry, Job, JobItem, OutboxEvent
from tests.accounts.rosters import confirm
from tests.accounts.sheets import person_row, roster, xlsx
from tests.builders import hat, make_institution, officer

pytestmark = pytest.mark.django_db
IMPORT_ROSTER = "/institution/roster/import/"


@pytest.fixture(autouse=True)
def _small_sizes(settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr("accounts.services.roster_jobs.MANY_ROWS", 3)
    monkeypatch.setattr("accounts.views.imports.roster.MANY_ROWS", 3)
    monkeypatch.setattr("accounts.services.roster_jobs.PORTION", 2)
    for module in ("core.columns", "accounts.imports.roster", "accounts.services.imports"):
        monkeypatch.setattr(f"{module}.PORTION", 2)


@pytest.fixture
def institution() -> Institution:
    return make_institution("岚江大学技术转移中心")


@pytest.fixture
def client(institution) -> Client:
    client = Client()
    client.force_login(officer(institution))
    return client


def upload(client: Client, content: bytes):
    return client.post(IMPORT_ROSTER, {"file": SimpleUploadedFile("名册.xlsx", content)})


def work(job: Job) -> Job:
    """What a worker does."""
    outbox.deliver_event(OutboxEvent.objects.get(kind=job.kind, key=str(job.pk)).pk)
    job.refresh_from_db()
    return job


def many(count: int = 6) -> bytes:
    return roster(*[person_row("高轩") for _row in range(count)])


def previewed(client: Client, content: bytes) -> tuple[Job, str]:
    """The finished preview and the address of its page."""
    upload(client, content)
    job = work(Job.objects.get(kind=roster_jobs.PREVIEW))
    return job, client.get(f"/jobs/{job.uuid}/").context["result"]


def test_file_of_many_rows_is_previewed_by_a_job_with_progress(client):
    answer = upload(client, many())
    job = Job.objects.get()

    assert answer.url == f"/jobs/{job.uuid}/"
    assert (job.kind, jobs.progress(job)) == (roster_jobs.PREVIEW, jobs.Progress(total=9, done=0, failed=0))
    work(job)
    assert (job.state, jobs.progress(job).done) == (Job.State.DONE, 9)
    page = client.get(client.get(answer.url).context["result"])
    assert page.context["preview"].counts["create"] == 6
    assert not Appointment.objects.exists()


def test_file_of_few_rows_is_previewed_at_once(client):
    assert upload(client, many(2)).url.startswith(IMPORT_ROSTER)
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("kind", "service", "expected"),
    [
        (roster_jobs.PREVIEW, "preview_roster", [1, 2, 3, 5, 6, 7]),
        (roster_jobs.IMPORT, "import_roster", [1, 2, 3, 5, 6, 7, 9, 10, 11]),
    ],
)
def test_progress_moves_through_reading_planning_and_writing(client, monkeypatch, kind, service, expected):
    upload(client, many())
    if kind == roster_jobs.IMPORT:
        review = client.get(f"/jobs/{work(Job.objects.get()).uuid}/").context["result"]
        client.post(review, {})
    job, seen = Job.objects.get(kind=kind), []
    real = getattr(roster_jobs, service)

    def watched(**asked):
        tell = asked.pop("progress")

        def progress(stage, rows: int) -> None:
            tell(stage, rows)
            page = client.get(f"/jobs/{job.uuid}/?fragment=1")
            seen.append(page.context["progress"].done)

        return real(**asked, progress=progress)

    monkeypatch.setattr(roster_jobs, service, watched)
    work(job)

    assert seen == expected
    assert jobs.progress(job).done == job.total


def test_confirming_writes_in_the_background_and_forgets_the_file(client, institution):
    _job, review = previewed(client, many())
    seen = client.get(review).context["choices"]["seen"].value()

    answer = client.post(review, {"seen": seen})
    job = work(Job.objects.get(kind=roster_jobs.IMPORT))

    assert answer.url == f"/jobs/{job.uuid}/"
    assert (job.state, jobs.progress(job)) == (Job.State.DONE, jobs.Progress(total=13, done=13, failed=0))
    assert Appointment.objects.filter(institution=institution).count() == 6
    assert AuditEntry.objects.get(verb="accounts.roster_imported").facts["file"] == "名册.xlsx"
    assert client.get(f"/jobs/{job.uuid}/").context["result"] == f"/institution/roster/?institution={institution.pk}"
    assert client.get(review).status_code == 302


def test_second_click_starts_no_second_import(client):
    _job, review = previewed(client, many())

    assert client.post(review, {}).url == client.post(review, {}).url
    assert Job.objects.filter(kind=roster_jobs.IMPORT).count() == 1


def test_ticks_go_with_the_job(client, institution):
    confirm(institution, roster(person_row("王喆")))
    wang = Appointment.objects.get()
    _job, review = previewed(client, many())

    client.post(review, {"end_missing": [str(wang.pk)], "end_on": "2026-09-01"})
    work(Job.objects.get(kind=roster_jobs.IMPORT))

    wang.refresh_from_db()
    assert str(wang.end_date) == "2026-09-01"


def test_worker_killed_after_the_commit_writes_nothing_twice(client, institution, monkeypatch):
    _job, review = previewed(client, many())
    client.post(review, {"seen": client.get(review).context["choices"]["seen"].value()})
    job = Job.objects.get(kind=roster_jobs.IMPORT)
    real = roster_jobs.do_import

    def killed(job, reach):
        real(job, reach)
        raise KeyboardInterrupt

    event = OutboxEvent.objects.get(kind=job.kind)
    with pytest.raises(KeyboardInterrupt):
        jobs.run_whole(event, killed)
    jobs.run_whole(event, real)

    job.refresh_from_db()
    assert (job.state, jobs.progress(job).failed) == (Job.State.DONE, 0)
    assert Appointment.objects.count() == 6
    assert AuditEntry.objects.filter(verb="accounts.roster_imported").count() == 1


def test_worker_killed_while_writing_leaves_nothing(client, monkeypatch):
    _job, review = previewed(client, many())
    client.post(review, {})
    event = OutboxEvent.objects.get(kind=roster_jobs.IMPORT)

    def killed(*arguments, **options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("accounts.services.imports.create_appointments", killed)
        with pytest.raises(KeyboardInterrupt):
            jobs.run_whole(event, roster_jobs.do_import)

    assert not Appointment.objects.exists()
    jobs.run_whole(event, roster_jobs.do_import)
    assert Appointment.objects.count() == 6


def test_what_changed_since_the_preview_is_refused_with_its_reason(client, institution):
    _job, review = previewed(client, many())
    seen = client.get(review).context["choices"]["seen"].value()
    client.post(review, {"seen": seen})
    confirm(institution, roster(person_row("王喆")))

    job = work(Job.objects.get(kind=roster_jobs.IMPORT))

    assert (job.state, jobs.progress(job).failed > 0) == (Job.State.DONE, True)
    assert JobItem.objects.exclude(error="").get(job=job).error.startswith("changed_meanwhile")
    assert Appointment.objects.count() == 1


def test_rows_with_errors_of_a_large_file_are_to_be_had(client):
    content = roster(
        *[person_row("高轩") for _row in range(5)], person_row("何敏", "000000199001010018", 入职日期="去年")
    )
    _job, review = previewed(client, content)
    page = client.get(review, {"action": "error"})

    assert [row["label"] for row in page.context["rows"]] == ["何敏"]
    assert page.context["may_confirm"] is False
    assert client.get(page.context["errors_url"]).content[:2] == b"PK"


def test_unclear_heads_are_asked_about_before_any_job(client):
    heads = ["称呼", "证件类型", "证件号码", "手机", "岗位", "专业人员", "用工形式", "入职日期"]

    answer = upload(client, xlsx(heads, *[person_row()[:8] for _row in range(6)]))

    assert answer.url.endswith("/heads/")
    assert not Job.objects.exists()


def test_file_that_is_gone_is_the_reason_of_the_failure(client):
    upload(client, many())
    job = Job.objects.get()
    uploads.forget(job.owner_id, roster_jobs.place_of(job)[1])

    work(job)

    assert JobItem.objects.exclude(error="").get(job=job).error == "file_gone"


def test_stored_preview_of_another_institution_is_not_shown(client, institution):
    job, _review = previewed(client, many())
    sha256 = roster_jobs.place_of(job)[1]
    other = make_institution()
    actor = officer(other)
    for what in (f"{name}-{institution.pk}" for name in (roster_jobs.ROWS, roster_jobs.PLAN)):
        uploads.keep_beside(actor.pk, sha256, what, uploads.kept_beside(job.owner_id, sha256, what))
    assert roster_jobs.previewed(actor=hat("institution_officer", institution, actor), institution=institution,
                                 sha256=sha256) is not None  # fmt: skip

    assert roster_jobs.previewed(actor=actor, institution=other, sha256=sha256) is None
    with pytest.raises(DomainError):
        roster_jobs.start_import(
            actor=actor, institution=other, sha256=sha256, file_name="", choices=roster_jobs.RosterChoices(), seen=""
        )


def test_one_file_of_one_login_for_two_institutions_is_two_plans(institution):
    """Each is previewed, confirmed and forgotten by itself, in whatever order."""
    other, content = make_institution(), many()
    actor = hat("institution_officer", other, officer(institution))
    confirm(other, content)
    places, sha256 = (institution, other), uploads.keep(actor.pk, content)

    def counts() -> list[dict[str, int] | None]:
        plans = (roster_jobs.previewed(actor=actor, institution=place, sha256=sha256) for place in places)
        return [plan and plan.counts for plan in plans]

    for place in places:
        work(roster_jobs.start_preview(actor=actor, institution=place, sha256=sha256))
    assert [(one["create"], one["unchanged"]) for one in counts() if one] == [(6, 0), (0, 6)]

    for place in places:
        choices = roster_jobs.RosterChoices()
        ordered = {"actor": actor, "institution": place, "sha256": sha256, "file_name": "", "choices": choices}
        work(roster_jobs.start_import(**ordered, seen=""))
        assert counts()[0] is None

    assert [Appointment.objects.filter(institution=place).count() for place in places] == [6, 6]
    assert [uploads.kept(actor.pk, sha256), counts()] == [None, [None, None]]


def test_kept_preview_is_sealed(client, settings):
    previewed(client, roster(*[person_row("高轩") for _row in range(5)], person_row("何敏", "000000199001010018")))

    for path in (settings.DATA_DIR / "uploads").glob("*/*"):
        assert b"000000199001010018" not in path.read_bytes()
        assert "何敏".encode() not in path.read_bytes()
