"""The journey's authenticator app gives the codes of RFC 6238, appendix B (last six of the eight digits)."""

import base64

import pytest

from tools.journey.second_factor import totp

SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("at", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(at, code):
    assert totp(SECRET, at) == code
