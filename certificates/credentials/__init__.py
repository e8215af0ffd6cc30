"""Open Badges 3.0 credentials of certificates: built, signed, published and verified, without the network."""

from certificates.credentials.publishing import did_document, published_list
from certificates.credentials.trust import verification_policy
from certificates.credentials.verify import CredentialAnswer, verify_credential

__all__ = ["CredentialAnswer", "did_document", "published_list", "verification_policy", "verify_credential"]
