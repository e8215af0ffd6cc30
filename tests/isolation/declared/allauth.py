"""Addresses of the login library: one's own login, never a row."""

from tests.isolation.addresses import Address, fixed, public, signed_in

VISITORS = (
    "_util/login/",
    "accounts/login/",
    "accounts/logout/",
    "accounts/inactive/",
    "accounts/signup/",
    "accounts/confirm-email/",
    "accounts/password/reset/",
    "accounts/password/reset/done/",
    "accounts/password/reset/key/done/",
    "accounts/login/code/",
    "accounts/login/code/confirm/",
    "accounts/phone/verify/",
    "accounts/2fa/authenticate/",
)
OWN = (
    "accounts/reauthenticate/",
    "accounts/email/",
    "accounts/password/change/",
    "accounts/password/set/",
    "accounts/2fa/",
    "accounts/2fa/reauthenticate/",
    "accounts/2fa/totp/activate/",
    "accounts/2fa/totp/deactivate/",
    "accounts/2fa/recovery-codes/",
    "accounts/2fa/webauthn/",
    "accounts/2fa/webauthn/add/",
    "accounts/2fa/webauthn/reauthenticate/",
    "accounts/phone/change/",
    "accounts/2fa/recovery-codes/generate/",
    "accounts/2fa/recovery-codes/download/",
)

ADDRESSES: dict[str, Address] = {
    **{route: public(foreign_code=True) for route in VISITORS},
    **{route: signed_in(foreign_code=True) for route in OWN},
    "accounts/2fa/webauthn/keys/<int:pk>/edit/": signed_in(pk=fixed(1), foreign_code=True),
    "accounts/2fa/webauthn/keys/<int:pk>/remove/": signed_in(pk=fixed(1), foreign_code=True),
    r"accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": public(
        at="/accounts/password/reset/key/1-abc/", foreign_code=True
    ),
}
