"""Presentation of certificates: the QR code as a picture, the address it holds."""

from django import template

from certificates.models import Certificate
from certificates.pdf.drawing import qr_address
from certificates.pdf.sheet import check_address

register = template.Library()


@register.filter
def qr(certificate: Certificate) -> str:
    """The picture's address, for <img>."""
    return qr_address(check_address(certificate))


@register.filter
def verify_url(certificate: Certificate) -> str:
    return check_address(certificate)
