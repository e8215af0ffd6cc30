"""Two offices join at the same moment: no chain is ever left behind, because both records are locked in one order."""

import pytest

from accounts.models import Person, User
from accounts.services import merge_persons
from tests.builders import make_appointment, make_institution, make_person, regulator
from tests.courses.test_race import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("second", [(1, 2), (0, 2), (1, 0)])
def test_two_merges_at_once_leave_no_chain(second):
    """A into B, and at the same time B into C, A into C, or B into A."""
    people, institution = [make_person("郭启") for _one in range(3)], make_institution()
    for person in people:
        make_appointment(person, institution)
    actors = [regulator(), regulator()]

    def join(argument):
        actor, (merged, into) = argument
        merge_persons(
            actor=User.objects.get(pk=actor.pk),
            merged=Person.objects.get(pk=people[merged].pk),
            into=Person.objects.get(pk=people[into].pk),
            reason="同一人",
        )

    together(join, [(actors[0], (0, 1)), (actors[1], second)])

    joined = Person.objects.exclude(merged_into=None)
    assert joined.count() == 1
    assert not joined.filter(merged_into__merged_into__isnull=False).exists()
