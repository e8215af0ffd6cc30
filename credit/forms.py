"""The forms of the credit room: the purpose of a look is asked as everywhere (accounts.forms.purpose)."""

from accounts.forms.purpose import Purpose, PurposeForm

__all__ = ["Purpose", "PurposeForm"]
