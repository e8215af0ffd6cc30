"""A log of the test's own: keys, memory and policy in a folder, witnesses that answer over HTTP, entries."""

import secrets
import threading
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, transaction

from certificates.tlog import models, selectors, services, witness
from certificates.tlog.notes import COSIGNATURE, Checkpoint, Signer
from certificates.tlog.policy import Policy, parse
from certificates.tlog.services import Desk, Memory
from core import clock

ORIGIN = "log.invalid/tlog"
NOW = 1_790_000_000


def put_down(count=1, *, kind="cert.issued"):
    """So many entries, not yet in the tree; answers what they are known by."""
    refs = [str(uuid.uuid4()) for _ in range(count)]
    with transaction.atomic():
        for ref in refs:
            services.append(kind=kind, ref=ref, commitment=secrets.token_bytes(32), issuer="B01", policy="1")
    return refs


def grow(count=1):
    """So many leaves."""
    refs = put_down(count)
    while services.sequence(limit=300):
        pass
    return refs


@dataclass
class Log:
    """Everything of one log that lies outside the database."""

    folder: Path
    signer: Signer
    policy: Policy

    @property
    def memory(self):
        return Memory(self.folder / "signer.json")

    def desk(self):
        """A signer's process that has just started."""
        return Desk(signer=self.signer, memory=self.memory, policy=self.policy)

    def sign(self):
        return services.sign_head(self.desk())


def policy_text(signer, witnesses, quorum=None):
    """`witnesses`: name -> (key, address)."""
    lines = [f"log {signer.verifier.vkey}"]
    lines += [f"witness {name} {key.vkey} {url}".rstrip() for name, (key, url) in witnesses.items()]
    lines += [f"group enough {quorum or len(witnesses)} {' '.join(witnesses)}", "quorum enough"] if witnesses else []
    return "\n".join(lines if witnesses else [*lines, "quorum none"]) + "\n"


def make_log(folder, settings, witnesses=(), quorum=None):
    """`witnesses`: running servers."""
    signer = Signer(ORIGIN, bytes(range(32)))
    text = policy_text(signer, {one.name: (one.key, one.url) for one in witnesses}, quorum)
    (folder / "policy").write_text(text)
    settings.TLOG_POLICY_FILE = folder / "policy"
    settings.TLOG_ORIGIN = ORIGIN
    log = Log(folder=folder, signer=signer, policy=parse(text))
    log.memory.begin(ORIGIN)
    return log


@dataclass
class Running:
    """A witness that answers."""

    name: str
    folder: Path
    url: str
    witness: witness.Witness

    @property
    def key(self):
        return self.witness.signer.verifier


@contextmanager
def running_witness(folder, name="w1", log=None, kind=witness.Witness):
    log = log or Signer(ORIGIN, bytes(range(32))).verifier
    witness.set_up(folder, f"{name}.invalid")
    asked = kind(folder, [log], now=lambda: NOW)
    with witness.server(asked, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.02])
        thread.start()
        try:
            yield Running(name, folder, f"http://127.0.0.1:{server.server_address[1]}", asked)
        finally:
            server.shutdown()
            thread.join()


def witnessed(tmp_path, settings):
    """Sequenced, signed and seen by the one witness of the policy."""
    with running_witness(tmp_path / "w1") as witness:
        log = make_log(tmp_path, settings, [witness])
        services.sequence(limit=300)
        log.sign()
    return log


def sign_without_witness(count):
    """So many leaves below a head that nobody has cosigned; answers one of them."""
    refs = grow(count)
    signer, rebuilt = Signer(ORIGIN, bytes(range(32))), selectors.rebuild()
    text = Checkpoint(ORIGIN, rebuilt.size, rebuilt.root).text()
    note = f"{text}\n{signer.line(text)}"
    models.Checkpoint.objects.create(size=rebuilt.size, root=rebuilt.root, note=note, signed_at=clock.now())
    return refs[0]


def cosigner(name, seed=b"\7"):
    return Signer(name, seed * 32, kind=COSIGNATURE)


@contextmanager
def unguarded(*tables):
    """What somebody with the owner's rights over the database does: rows change all the same."""
    names = {table: guards(table) for table in tables}
    with connection.cursor() as cursor:
        for table, found in names.items():
            for name in found:
                on = f' ON "{table}"' if connection.vendor == "postgresql" else ""
                cursor.execute(f'DROP TRIGGER "{name}"{on}')
    yield


def guards(table):
    sql = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = %s::regclass",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(sql, [table])
        return [name for (name,) in cursor.fetchall()]


def write(model, key, column, pk, value):
    sql = f'UPDATE "{model._meta.db_table}" SET "{column}" = %s WHERE "{key}" = %s'  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [value, pk])
