"""What every request passes: the hat one wears, the age of the session, the second factor of staff."""

from accounts.middleware.hats import AS_MYSELF, SESSION_KEY, HatMiddleware, SignedInRequest
from accounts.middleware.sign_in import SecondFactorMiddleware, SessionAgeMiddleware, TooManyTriesMiddleware
from accounts.middleware.viewing import ViewAsMiddleware

__all__ = [
    "AS_MYSELF",
    "SESSION_KEY",
    "HatMiddleware",
    "SecondFactorMiddleware",
    "SessionAgeMiddleware",
    "SignedInRequest",
    "TooManyTriesMiddleware",
    "ViewAsMiddleware",
]
