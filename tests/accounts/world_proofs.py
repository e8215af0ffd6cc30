"""What a world holds about proofs of a ratio: made by the service, with a file that nobody sealed and a sample."""

import hashlib
from itertools import count

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Model

from accounts.models import Institution
from accounts.selectors import system_user
from certificates.models import Seal
from core import clock
from staffing.models import RatioProofEntry, RatioProofFile
from staffing.services import make_proof
from staffing.services.samples import draw_sample

_numbers = count(1)


def proofs(institution: Institution) -> list[Model]:
    proof = make_proof(actor=system_user(), institution=institution)
    now, number = clock.now(), next(_numbers)
    body = f"sealed proof {number}".encode()
    seal = Seal.objects.create(
        name="test", self_made=True, certificate="-", fingerprint=f"{number:064d}", valid_from=now,
        valid_until=now.replace(year=now.year + 1),
    )  # fmt: skip
    return [
        proof,
        RatioProofEntry.objects.filter(proof=proof).order_by("place")[0],
        RatioProofFile.objects.create(
            proof=proof, storage_name=default_storage.save("ratio-proofs/test.pdf", ContentFile(body)),
            sha256=hashlib.sha256(body).hexdigest(), size=len(body), fonts_sha256="0" * 64, seal=seal,
        ),
        draw_sample(actor=system_user(), proof=proof, size=1, purpose="test"),
    ]  # fmt: skip
