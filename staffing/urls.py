"""Addresses of the staffing room."""

from django.urls import path

from staffing.views import ahead, changes, cockpit, returns, returns_desk, sealed, versions

app_name = "staffing"
urlpatterns = [
    path("ratio/", cockpit.cockpit, name="cockpit"),
    path("institutions/<str:id>/ratio/", cockpit.ratio, name="ratio"),
    path("ratio/ahead/", ahead.own, name="own_ahead"),
    path("institutions/<str:id>/ratio/ahead/", ahead.ahead, name="ahead"),
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
    path("returns/", returns.own_returns, name="returns"),
    path("returns/periods/<int:pk>/declare/", returns.declare, name="declare_return"),
    path("returns/<int:pk>/", returns.one_return, name="return"),
    path("returns/<int:pk>/check/", returns.check, name="check_return"),
    path("returns/<int:pk>/attest/", returns.attest, name="attest_return"),
    path("returns/<int:pk>/reopen/", returns.reopen, name="reopen_return"),
    path("returns/<int:pk>/receipts/<int:turn>/", returns.receipt, name="return_receipt"),
    path("returns/<int:pk>/decide/", returns_desk.decide, name="decide_return"),
    path("returns/questions/<int:pk>/answer/", returns.answer, name="answer_anomaly"),
    path("returns/questions/<int:pk>/judge/", returns_desk.judge, name="judge_anomaly"),
    path("returns/desk/", returns_desk.desk, name="returns_desk"),
    path("returns/desk/accept/", returns_desk.accept, name="accept_returns"),
    path("sealed-counts/", sealed.sealed_counts, name="sealed_counts"),
    path("sealed-counts/enter/", sealed.enter, name="enter_sealed_count"),
    path("sealed-counts/<int:pk>/", sealed.decide, name="decide_sealed_count"),
]
