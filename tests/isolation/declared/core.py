"""Addresses of the machinery: machines, jobs, the demo's mails."""

from tests.isolation.addresses import Address, only, public, signed_in

ADDRESSES: dict[str, Address] = {
    "healthz": public(post=""),
    "readyz": public(post=""),
    "dev/mail/": public(post=""),
    "api/v1/": public(post="", at="/api/v1/", foreign_code=True),
    "api/v1/openapi.json": public(post=""),
    "jobs/": signed_in(post=""),
    "jobs/<uuid:uuid>/": only("trainee", uuid="job.uuid", post=""),
    "jobs/<uuid:uuid>/again/": only("", post="trainee", uuid="job.uuid", body={}),
}
