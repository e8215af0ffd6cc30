"""Every address of the platform, room by room."""

from tests.isolation.addresses import Address
from tests.isolation.declared import (
    accounts,
    allauth,
    certificates,
    core,
    courses,
    credit,
    exams,
    oversight,
    staffing,
    wagtail,
    website,
)

ROOMS = (accounts, allauth, certificates, core, courses, credit, exams, oversight, staffing, wagtail, website)
ADDRESSES: dict[str, Address] = {route: found for room in ROOMS for route, found in room.ADDRESSES.items()}
