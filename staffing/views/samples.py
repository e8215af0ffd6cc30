"""The audit of a proof: a sample drawn and opened, or all lines with names. What is opened is shown once, by POST."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.forms.purpose import PurposeForm
from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.views.again import confirm_again
from core.exports import CSV, csv_table
from staffing.forms.proofs import SampleForm
from staffing.models import RatioProof
from staffing.selectors.proofs import find_proof, find_sample
from staffing.services.samples import MOST_DRAWN, Opened, draw_sample, open_all, open_sample, sample_json
from staffing.views.proofs import to_proof

HEADS = (
    "序号 entry", "姓名 name", "证件 document", "岗位 post", "用工 employment", "任职起 since", "接受过培训 trained",
    "培训 training", "培训单位 provider", "完成 completed", "证书编号 certificate", "与承诺一致 fits",
)  # fmt: skip


@confirm_again
def named(request: SignedInRequest, reference: str) -> HttpResponse:
    """What for; sent, the lines with names, once, as a page or as a table."""
    found = find_proof(request.user, reference, Permission.RATIO_AUDIT)
    form = PurposeForm(request.POST or None)
    context = {"proof": found, "form": form, "crumbs": to_proof(found, _("With names"))}
    if request.method != "POST" or not form.is_valid():
        return render(request, "staffing/proof_named.html", context)
    opened = open_all(actor=request.user, proof=found, purpose=form.stated())
    if "csv" in request.POST:
        return _file(csv_table(HEADS, map(_row, opened)), f"{reference}-named.csv", CSV)
    return render(request, "staffing/proof_opened.html", {**context, "opened": opened})


@confirm_again
def draw(request: SignedInRequest, reference: str) -> HttpResponse:
    """How many, and what for; sent, a sample of which nobody is shown yet."""
    found = find_proof(request.user, reference, Permission.RATIO_AUDIT)
    form = SampleForm(request.POST or None, most=min(MOST_DRAWN, found.lines_count))
    if request.method == "POST" and found.lines_count and form.is_valid():
        size = form.cleaned_data["size"]
        made = draw_sample(actor=request.user, proof=found, size=size, purpose=form.stated())
        return redirect("staffing:sample", made.uuid)
    context = {"proof": found, "form": form, "crumbs": to_proof(found, _("Draw a sample"))}
    return render(request, "staffing/sample_draw.html", context)


@confirm_again(reading_is_free=True)
def sample(request: SignedInRequest, uuid: str) -> HttpResponse:
    """The draw and how to repeat it; POST opens it, for whoever drew it: as a page or as a file to check elsewhere."""
    found = find_sample(request.user, uuid)
    proof: RatioProof = found.proof
    context = {"sample": found, "proof": proof, "own": found.drawn_by_id == request.user.pk}
    context["crumbs"] = to_proof(proof, _("Sample %(turn)d") % {"turn": found.turn})
    if request.method != "POST":
        return render(request, "staffing/sample.html", context)
    opened = open_sample(actor=request.user, sample=found)
    if "json" in request.POST:
        return _file(sample_json(found, opened), f"{proof.reference}-sample-{found.turn}.json", "application/json")
    return render(request, "staffing/proof_opened.html", {**context, "opened": opened})


def _row(one: Opened) -> list[str | int | None]:
    about, evidence = one.about or {}, one.evidence or {}
    certificate = evidence.get("certificate") or {}
    return [
        one.line["n"], about.get("name", ""), about.get("document", ""), about.get("post", ""),
        about.get("employment", ""), about.get("since", ""), "yes" if one.line["trained"] else "no",
        evidence.get("title", ""), evidence.get("provider", ""), evidence.get("completed_on", ""),
        certificate.get("number", ""), "yes" if one.fits else "no",
    ]  # fmt: skip


def _file(body: bytes, name: str, content_type: str) -> HttpResponse:
    answer = HttpResponse(body, content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
