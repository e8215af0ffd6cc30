"""Who enters the editors' room: content editors, and nobody else."""

import pytest
from django.test import Client

from accounts.models import AdminBody
from accounts.permissions import Role
from accounts.selectors import system_user
from accounts.services import grant_membership
from tests.builders import base_manager, make_user, officer, regulator
from tests.courses.pages import lesson_of, make_course

pytestmark = pytest.mark.django_db


def editor():
    user = make_user()
    nation = AdminBody.objects.get(code="NATIONAL")
    grant_membership(actor=system_user(), user=user, role=Role.EDITOR, place=nation)
    return user


def test_editor_opens_a_lesson_to_change_it(tmp_path, client: Client):
    lesson = lesson_of(make_course(tmp_path), 2)
    client.force_login(editor())

    response = client.get(f"/cms/pages/{lesson.pk}/edit/")

    assert response.status_code == 200
    assert response.context["form"].initial["summary"] == "第2课讲什么"


@pytest.mark.parametrize("make", [make_user, base_manager, officer, regulator])
def test_nobody_else_opens_the_editors_room(tmp_path, client: Client, make):
    lesson = lesson_of(make_course(tmp_path), 2)
    client.force_login(make())

    response = client.get(f"/cms/pages/{lesson.pk}/edit/")

    assert response.status_code == 302
    assert response.url.startswith("/accounts/login/")
