"""Addresses of the certificates room. machine_urlpatterns are mounted below /v/, published_urlpatterns at the
root, both outside the languages."""

from django.urls import path

from certificates import views
from certificates.views import (
    batches,
    checks,
    corrections,
    decisions,
    designs,
    filing,
    handouts,
    offline,
    revocations,
    wallet,
)

app_name = "certificates"
urlpatterns = [
    path("verify/", views.verify, name="verify"),
    path("verify/offline/", offline.offline, name="offline"),
    path("managers/", views.roster, name="roster"),
    path("certificates/", views.mine, name="mine"),
    path("certificates/transcript/", views.transcript, name="transcript"),
    path("certificates/<str:number>/", views.certificate, name="certificate"),
    path("certificates/<str:number>/pdf/", views.download, name="download"),
    path("certificates/<str:number>/wallet/", views.add_to_wallet, name="wallet"),
    path("certificates/<str:number>/credential.json", views.credential, {"form": "json"}, name="credential"),
    path("certificates/<str:number>/credential.jwt", views.credential, {"form": "jwt"}, name="token"),
    path("certificates/<str:number>/share/", wallet.share, name="share"),
    path("certificates/links/<uuid:uuid>/withdraw/", wallet.withdraw, name="withdraw_link"),
    path("certificates/shared/<str:token>/", wallet.shared, name="shared"),
    path("certificates/<str:number>/decide/<slug:step>/", decisions.decide, name="decide"),
    path("certificates/<str:number>/name/", corrections.correct_name, name="correct_name"),
    path("certificates/<str:number>/reprint/", corrections.reprint, name="reprint"),
    path("certificates/<str:number>/notice/", revocations.notice, name="give_notice"),
    path("suspensions/", decisions.suspensions, name="suspensions"),
    path("revocations/", revocations.revocations, name="revocations"),
    path("revocations/<int:pk>/", revocations.revocation, name="revocation"),
    path("revocations/<int:pk>/answer/", revocations.answer, name="answer_revocation"),
    path("filing/", filing.desk, name="filing"),
    path("filing/lists/", filing.lists, name="filing_lists"),
    path("filing/lists/<int:pk>/", filing.filing_list, name="filing_list"),
    path("filing/lists/<int:pk>/file/", filing.filing_file, name="filing_file"),
    path("filing/lists/<int:pk>/lines/<int:line>/aside/", filing.aside, name="filing_aside"),
    path("filing/lists/<int:pk>/answer/", filing.answer, name="filing_answer"),
    path("filing/lists/<int:pk>/answer/<str:sha256>/", filing.review_answer, name="review_filing_answer"),
    path("filing/lists/<int:pk>/answer/<str:sha256>/errors/", filing.answer_errors, name="filing_answer_errors"),
    path("designs/", designs.designs, name="designs"),
    path("designs/<slug:key>/", designs.design, name="design"),
    path("designs/<slug:key>/edit/", designs.edit_design, name="edit_design"),
    path("designs/<slug:key>/import/", designs.import_design, name="import_design"),
    path("designs/<slug:key>/<int:number>/", designs.design_version, name="design_version"),
    path("designs/<slug:key>/<int:number>/export/", designs.export_design, name="export_design"),
    path("designs/<slug:key>/<int:number>/<slug:sample>.pdf", designs.preview_design, name="preview_design"),
    path("institution/checks/", checks.checks, name="checks"),
    path("institution/checks/new/", checks.new, name="new_check"),
    path("institution/checks/template/", checks.check_template, name="check_template"),
    path("institution/checks/new/<str:sha256>/", checks.review, name="review_check"),
    path("institution/checks/new/<str:sha256>/errors/", checks.check_errors, name="check_errors"),
    path("institution/checks/<uuid:uuid>/", checks.check, name="check"),
    path("institution/checks/<uuid:uuid>/file/", checks.check_file, name="check_file"),
    path("base/certificates/", views.issued, name="issued"),
    path("base/cohorts/<int:pk>/handout/", handouts.handout, name="handout"),
    path("base/cohorts/<int:pk>/handout/sheet/", handouts.signature_sheet, name="signature_sheet"),
    path("base/cohorts/<int:pk>/handout/sheet.pdf", handouts.signature_pdf, name="signature_pdf"),
    path("base/cohorts/<int:pk>/handout/print/<int:part>/", handouts.print_file, name="print_file"),
    path("base/batches/", batches.batches, name="batches"),
    path("base/batches/new/", batches.new, name="new_batch"),
    path("base/batches/<int:pk>/", batches.batch, name="batch"),
    path("base/batches/<int:pk>/run/", batches.steer, name="steer_batch"),
    path("base/cohorts/<int:pk>/issue/", views.issue, name="issue"),
]
machine_urlpatterns = [path("<str:code>", views.by_code, name="by_code")]
# Below no prefix: what machines ask the host for.
published_urlpatterns = [
    path(".well-known/did.json", views.did_document, name="did_document"),
    path("verification/policy.txt", offline.policy, name="policy"),
    path("verification/verify_certificate.py", offline.tool, name="tool"),
    path("status/<str:name>", views.status_list, name="status_list"),
]
