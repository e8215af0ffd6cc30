"""RFC 6962, section 2.1, word for word and recursive: shares no line with the platform's own tree.

`python -m tests.tlog.naive` prints the vectors that stand in vectors.json.
"""

import hashlib
import json
import sys

SIZES = range(65)
# Written out in full; of all others the digest over all proofs of a size stands in the file.
SHOWN = (1, 2, 3, 7, 8, 33, 64)


def entries(size):
    return [f"entry {number}".encode() for number in range(size)]


def split(number):
    """The largest power of two smaller than it."""
    power = 1
    while power * 2 < number:
        power *= 2
    return power


def mth(d):
    if not d:
        return hashlib.sha256(b"").digest()
    if len(d) == 1:
        return hashlib.sha256(b"\x00" + d[0]).digest()
    k = split(len(d))
    return hashlib.sha256(b"\x01" + mth(d[:k]) + mth(d[k:])).digest()


def path(m, d):
    if len(d) == 1:
        return []
    k = split(len(d))
    return [*path(m, d[:k]), mth(d[k:])] if m < k else [*path(m - k, d[k:]), mth(d[:k])]


def proof(m, d):
    return subproof(m, d, True)


def subproof(m, d, b):
    if m == len(d):
        return [] if b else [mth(d)]
    k = split(len(d))
    if m <= k:
        return [*subproof(m, d[:k], b), mth(d[k:])]
    return [*subproof(m - k, d[k:], False), mth(d[:k])]


def digest(proofs):
    """Over every hash of every proof, each proof with its length."""
    told = hashlib.sha256()
    for one in proofs:
        told.update(bytes([len(one)]) + b"".join(one))
    return told.hexdigest()


def inclusions(size):
    return [path(place, entries(size)) for place in range(size)]


def consistencies(size):
    return [proof(old, entries(size)) for old in range(1, size + 1)]


def vectors():
    return {str(size): vector(size) for size in SIZES}


def vector(size):
    found = {"root": mth(entries(size)).hex()}
    found["inclusions"], found["consistencies"] = digest(inclusions(size)), digest(consistencies(size))
    if size in SHOWN:
        found["last inclusion"] = [step.hex() for step in path(size - 1, entries(size))]
        found["consistency with the half"] = [step.hex() for step in proof((size + 1) // 2, entries(size))]
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(vectors(), indent=1) + "\n")
