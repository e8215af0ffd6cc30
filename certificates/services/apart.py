"""Nothing ends a certificate past a revocation that runs."""

from certificates.models import Certificate
from core.errors import DomainError


def require_no_case(certificate: Certificate) -> None:
    """Raises `revocation_runs`: a certificate in question is neither replaced nor ended without fault meanwhile."""
    if any(case.is_open for case in certificate.revocation_cases.all()):
        raise DomainError("revocation_runs")
