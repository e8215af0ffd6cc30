"""Addresses of the staffing room."""

from django.urls import path

from staffing.views import ahead, changes, cockpit, proofs, samples, sealed, versions

app_name = "staffing"
urlpatterns = [
    path("ratio/", cockpit.cockpit, name="cockpit"),
    path("institutions/<str:id>/ratio/", cockpit.ratio, name="ratio"),
    path("ratio/ahead/", ahead.own, name="own_ahead"),
    path("institutions/<str:id>/ratio/ahead/", ahead.ahead, name="ahead"),
    path("institutions/<str:id>/ratio/proofs/", proofs.proofs, name="proofs"),
    path("ratio-proofs/<str:reference>/", proofs.proof, name="proof"),
    path("ratio-proofs/<str:reference>/pdf/", proofs.pdf, name="proof_pdf"),
    path("ratio-proofs/<str:reference>/json/", proofs.json_file, name="proof_json"),
    path("ratio-proofs/<str:reference>/csv/", proofs.csv_file, name="proof_csv"),
    path("ratio-proofs/<str:reference>/named/", samples.named, name="named_proof"),
    path("ratio-proofs/<str:reference>/sample/", samples.draw, name="draw_sample"),
    path("ratio-samples/<uuid:uuid>/", samples.sample, name="sample"),
    path("institution/changes/", changes.changes, name="changes"),
    path("institution/changes/joined/", changes.joined, name="joined"),
    path("institution/changes/<int:pk>/left/", changes.left, name="left"),
    path("institution/changes/<int:pk>/changed/", changes.changed, name="changed"),
    path("institution/changes/<int:pk>/corrected/", changes.corrected, name="corrected"),
    path("institution/changes/<int:pk>/moved/", changes.moved, name="moved"),
    path("ratio-rules/", versions.rules, name="rules"),
    path("ratio-rules/compare/", versions.compare, name="compare_rules"),
    path("ratio-rules/<int:pk>/", versions.rule, name="rule"),
    path("ratio-rules/<int:pk>/open/", versions.open_rule, name="open_rule"),
    path("ratio-rules/<int:pk>/new/", versions.new_rule, name="new_rule"),
    path("ratio-rules/<int:pk>/edit/", versions.edit_rule, name="edit_rule"),
    path("ratio-rules/<int:pk>/effect/", versions.effect, name="rule_effect"),
    path("ratio-rules/<int:pk>/propose/", versions.decide_rule, {"step": "propose"}, name="propose_rule"),
    path("ratio-rules/<int:pk>/adopt/", versions.decide_rule, {"step": "adopt"}, name="adopt_rule"),
    path("ratio-rules/<int:pk>/refuse/", versions.decide_rule, {"step": "refuse"}, name="refuse_rule"),
    path("ratio-rules/<int:pk>/withdraw/", versions.decide_rule, {"step": "withdraw"}, name="withdraw_rule"),
    path("sealed-counts/", sealed.sealed_counts, name="sealed_counts"),
    path("sealed-counts/enter/", sealed.enter, name="enter_sealed_count"),
    path("sealed-counts/<int:pk>/", sealed.decide, name="decide_sealed_count"),
]
