"""Who asks at the request centre, and what for."""

from accounts.models import Person
from oversight.models import DataRequest
from oversight.services import ask_for_correction
from tests.builders import make_appointment, make_institution, make_person, make_user, resident_number

NUMBER = resident_number(50_001)
OTHER = resident_number(50_002)


def make_asker() -> Person:
    person = make_person("林知夏", number=NUMBER, user=make_user("lin@example.test"))
    person.phone = "+8613812340018"
    person.save(update_fields=["phone"])
    return person


def wanted_number(person: Person) -> DataRequest:
    make_appointment(person, make_institution())
    return ask_for_correction(actor=person.user, document_type="resident_id", number=OTHER)


def text(response) -> str:
    return response.content.decode()
