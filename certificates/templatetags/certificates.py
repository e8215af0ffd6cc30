"""Presentation of certificates: the QR code as a picture, the address it holds, the body it is filed with."""

from django import template
from django.utils.translation import get_language

from certificates.models import Certificate
from certificates.pdf.drawing import qr_address
from certificates.pdf.sheet import check_address
from certificates.rules import filing_rule, receiver_name
from certificates.workflow import FilingMode

register = template.Library()


@register.filter
def qr(certificate: Certificate) -> str:
    """The picture's address, for <img>."""
    return qr_address(check_address(certificate))


@register.filter
def verify_url(certificate: Certificate) -> str:
    return check_address(certificate)


@register.filter
def awaits_filing(certificate: Certificate) -> bool:
    """Issued first, and the number of the receiving body is not there yet: what verification says in plain words."""
    rule = filing_rule(certificate.level, on=certificate.completed_on)
    return rule is not None and rule.mode == FilingMode.ISSUE_FIRST and not certificate.filing_number


@register.filter
def receiving_body(code: str) -> str:
    return receiver_name(code, {"en": "en", "ja": "ja"}.get(get_language() or "", "zh"))
