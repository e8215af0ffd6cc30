"""A grade rewards and never disadvantages: no room below credit can read one (NDRC 2019-07-18, issue 6 D)."""

import ast
import re

from django.apps import apps
from django.db import models

from tests.architecture.sources import modules, name_of

BELOW = ("core", "accounts", "courses", "certificates", "staffing")
# Tables and models of evaluations, in code, in SQL, and in names of models that are looked up.
EVALUATIONS = re.compile(
    r"\bcredit_(evaluation|indicatorvalue|conflict)\w*|\bcredit\.(evaluation|indicator)\w*|\bEvaluation[A-Z]\w*"
)


def readings(source: str) -> list[str]:
    """Imports of the credit room, and words that name its evaluations; words about permissions are none."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "credit":
            found.append(f"line {node.lineno}: from {node.module}")
        elif isinstance(node, ast.Import):
            found += [
                f"line {node.lineno}: import {one.name}" for one in node.names if one.name.split(".")[0] == "credit"
            ]
        elif isinstance(node, ast.Name | ast.Attribute | ast.Constant):
            words = str(getattr(node, "id", "") or getattr(node, "attr", "") or getattr(node, "value", ""))
            found += [f"line {node.lineno}: {word[0]}" for word in EVALUATIONS.finditer(words)]
    return found


def ways_back() -> list[str]:
    """Accessors by which a model below would reach what the credit room found in an evaluation."""
    found = []
    for model in apps.get_models():
        if model.__module__.split(".")[0] in BELOW:
            for relation in model._meta.related_objects:
                target = relation.related_model._meta
                if not relation.hidden and target.app_label == "credit" and _of_evaluations(relation.related_model):
                    found.append(f"{model._meta.label}.{relation.get_accessor_name()}")
    return found


def _of_evaluations(model: type[models.Model]) -> bool:
    return model.__module__ in {"credit.models.schemes", "credit.models.rounds", "credit.models.outcomes"}


def test_no_room_below_credit_reads_a_grade():
    paths = modules(*BELOW)

    assert len(paths) > 200
    assert [f"{name_of(path)} {words}" for path in paths for words in readings(path.read_text())] == []


def test_no_model_below_leads_to_a_grade():
    assert ways_back() == []


def test_readings_are_noticed_however_they_are_written():
    bad = {
        "from credit.models import EvaluationResult": 1,
        "import credit.selectors.evaluations": 1,
        "apps.get_model('credit.evaluationresult')": 1,
        "cursor.execute('SELECT grade FROM credit_evaluationresult')": 1,
        "row.EvaluationResult": 1,
    }

    assert {source: len(readings(source)) for source in bad} == bad
    assert readings("P.EVALUATION_VIEW, 'evaluation_view', 'credit_file_view'") == []
