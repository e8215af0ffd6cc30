"""What travels inside a certificate's file, so that whoever holds it can check it without this site."""

from collections.abc import Sequence

from certificates.pdf.renderer import Attached

CREDENTIAL, TOKEN, SALT, PROOF = "credential.json", "credential.jwt", "salt", "certificate.tlog-proof"


def enclosures(*, document: bytes, token: str, salt: str, proof: str = "") -> Sequence[Attached]:
    """The credential in both forms, the salt that opens its entry in the public log, and the proof once there is one.

    `salt` in hexadecimal digits. The token is there for readers who cannot canonicalise RDF.
    """
    made = [
        Attached(CREDENTIAL, document, "Data", "Open Badges 3.0 credential"),
        Attached(TOKEN, token.encode(), "Alternative", "The same credential as a signed token"),
        Attached(SALT, salt.encode(), "Supplement", "Salt of the entry in the public log"),
    ]
    if proof:
        made.append(Attached(PROOF, proof.encode(), "Supplement", "Proof of the entry in the public log"))
    return made
