"""Addresses of the credit room."""

from django.urls import path

from credit.views import (
    cases,
    evaluation_subjects,
    evaluations,
    files,
    own_cases,
    schemes,
    self_cases,
    self_mine,
    supervision,
)

app_name = "credit"
_ROUND, _SUBJECT, _SCHEME = "evaluations/<int:pk>/", "evaluations/subjects/<int:pk>/", "evaluation-schemes/<int:pk>/"
urlpatterns = [
    path("credit/", files.my_file, name="my_file"),
    path("credit/people/<int:pk>/", files.file, name="file"),
    path("credit/people/<int:pk>/open/", files.open_file, name="open_file"),
    path("credit/case-reports/new/", cases.report, name="report_misconduct"),
    path("credit/case-reports/<uuid:receipt>/", cases.receipt, name="receipt"),
    path("credit/case-reports/<int:pk>/accept/", cases.accept, name="accept"),
    path("credit/case-reports/<int:pk>/reporter/", cases.reveal_reporter, name="reporter"),
    path("credit/cases/", cases.case_list, name="cases"),
    path("credit/cases/<int:pk>/", cases.case, name="case"),
    path("credit/cases/<int:pk>/steps/<slug:name>/", cases.step, name="step"),
    path("credit/cases/<int:pk>/recusals/<int:recusal>/", cases.recusal, name="recusal"),
    path("credit/cases/<int:pk>/repairs/<int:repair>/", cases.repair, name="repair"),
    path("credit/own-cases/", own_cases.mine, name="own_cases"),
    path("credit/own-cases/<int:pk>/", own_cases.own, name="own_case"),
    path("evaluations/", evaluations.evaluations, name="evaluations"),
    path("evaluations/new/", evaluations.new_evaluation, name="new_evaluation"),
    path(_ROUND, evaluations.evaluation, name="evaluation"),
    path(f"{_ROUND}subjects/", evaluations.add_subjects, name="evaluation_subjects"),
    path(f"{_ROUND}evaluators/", evaluations.assign_evaluator, name="evaluation_evaluators"),
    *(
        path(f"{_ROUND}{step}/", evaluations.move_evaluation, {"step": step}, name=f"{step}_evaluation")
        for step in evaluations.STEPS
    ),
    path(_SUBJECT, evaluation_subjects.subject, name="evaluation_subject"),
    path(f"{_SUBJECT}score/", evaluation_subjects.score, name="evaluation_score"),
    path(f"{_SUBJECT}conflict/", evaluation_subjects.declare_conflict, name="evaluation_conflict"),
    path(f"{_SUBJECT}self/", evaluation_subjects.evaluate_oneself, name="self_evaluation"),
    path(f"{_SUBJECT}objection/", evaluation_subjects.object_to_result, name="object_to_evaluation"),
    path(f"{_SUBJECT}opt-out/", evaluation_subjects.opt_out, name="opt_out_of_evaluation"),
    path(f"{_SUBJECT}consequence/", evaluation_subjects.decide_consequence, name="evaluation_consequence"),
    path("evaluations/objections/<int:pk>/", evaluation_subjects.answer_objection, name="evaluation_objection"),
    path("evaluation-results/", evaluations.results, name="evaluation_results"),
    path("evaluation-results/<int:pk>/", evaluations.result, name="evaluation_result"),
    path("evaluation-schemes/", schemes.schemes, name="schemes"),
    path(_SCHEME, schemes.scheme, name="scheme"),
    path(f"{_SCHEME}open/", schemes.open_scheme, name="open_scheme"),
    path(f"{_SCHEME}new/", schemes.new_scheme, name="new_scheme"),
    path(f"{_SCHEME}edit/", schemes.edit_scheme, name="edit_scheme"),
    path(f"{_SCHEME}replay/", schemes.replay, name="replay_scheme"),
    *(
        path(f"{_SCHEME}{step}/", schemes.decide_scheme, {"step": step}, name=f"{step}_scheme")
        for step in schemes.STEPS
    ),
    path("supervision/", supervision.items, name="supervision"),
    path("supervision/new/", supervision.new_item, name="new_supervision_item"),
    path("supervision/<int:pk>/close/", supervision.close_item, name="close_supervision_item"),
    # Under a body's own rules.
    path("own-rules/", self_cases.desk, name="self_desk"),
    path("own-rules/report/", self_mine.make_report, name="self_make_report"),
    path("own-rules/reports/<uuid:uuid>/", self_cases.report, name="self_report"),
    path("own-rules/cases/<uuid:uuid>/", self_cases.case, name="self_case"),
    path("own-rules/reviews/<uuid:uuid>/", self_cases.review, name="self_review"),
    path("own-rules/reviews/<uuid:uuid>/withdraw/", self_mine.withdraw_review, name="self_withdraw_review"),
    path("own-rules/about-me/", self_mine.mine, name="self_mine"),
    path("own-rules/about-me/<uuid:uuid>/", self_mine.mine_case, name="self_mine_case"),
]
