"""Who enters the editors' room: content editors, and nobody else."""

import pytest
from django.test import Client

from accounts.models import AdminBody
from accounts.permissions import Role
from accounts.selectors import system_user
from accounts.services import end_membership, grant_membership
from core import clock
from core.errors import NotAllowed
from tests.builders import base_manager, hat, make_institution, make_user, officer, regulator
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


def test_page_of_wagtail_that_raises_on_purpose_is_not_there(client: Client):
    client.force_login(editor())

    assert client.get("/cms/failwhale/").status_code == 404


def test_editor_whose_time_is_over_stays_outside(tmp_path, client: Client):
    """Wagtail's group alone opens nothing."""
    lesson, user = lesson_of(make_course(tmp_path), 2), editor()
    user.memberships.update(valid_to=clock.today())
    client.force_login(user)

    response = client.get(f"/cms/pages/{lesson.pk}/edit/")

    assert (response.status_code, user.groups.count()) == (404, 1)


def test_editor_who_wears_another_hat_stays_outside(tmp_path, client: Client):
    """The hat decides what is visible, here too."""
    lesson = lesson_of(make_course(tmp_path), 2)
    user = hat(Role.INSTITUTION_OFFICER, make_institution(), editor())
    client.force_login(user)
    address = f"/cms/pages/{lesson.pk}/edit/"
    found = {}

    for worn in (*user.memberships.order_by("pk"), None):
        client.post("/hat/", {"membership": worn.pk if worn else "self"})
        found[worn and worn.role] = client.get(address).status_code

    assert found == {Role.EDITOR: 200, Role.INSTITUTION_OFFICER: 404, None: 404}


def test_superuser_needs_no_hat_for_the_editors_room(tmp_path, client: Client):
    lesson = lesson_of(make_course(tmp_path), 2)
    client.force_login(make_user(is_superuser=True))

    assert client.get(f"/cms/pages/{lesson.pk}/edit/").status_code == 200


def test_end_of_the_membership_takes_the_group_along(client: Client):
    user = editor()
    other = AdminBody.objects.create(code="other", name="某厅", rank="provincial", jurisdiction="990000/")
    second = grant_membership(actor=system_user(), user=user, role=Role.EDITOR, place=other)
    first = user.memberships.exclude(pk=second.pk).get()

    end_membership(actor=system_user(), membership=first)
    assert user.groups.count() == 1
    end_membership(actor=system_user(), membership=second)
    assert (user.groups.count(), user.valid_memberships()) == (0, [])


def test_nobody_but_the_system_ends_a_membership():
    user = editor()
    with pytest.raises(NotAllowed):
        end_membership(actor=user, membership=user.memberships.get())
    assert (user.groups.count(), len(user.valid_memberships())) == (1, 1)


@pytest.mark.parametrize("make", [make_user, base_manager, officer, regulator])
def test_nobody_else_opens_the_editors_room(tmp_path, client: Client, make):
    lesson = lesson_of(make_course(tmp_path), 2)
    client.force_login(make())

    response = client.get(f"/cms/pages/{lesson.pk}/edit/")

    assert response.status_code == 404
