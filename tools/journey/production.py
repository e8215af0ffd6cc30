"""The same site in a nation's size on this machine: TLS, PostgreSQL, Redis, S3 storage, two web processes, a worker
and a beat of its own. Everything private, everything gone at the end.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

from tools.environment import child_environment
from tools.journey.checks import equal, true
from tools.journey.site import Site, prepare, running, temporary_folder
from tools.journey.tls import make_tls
from tools.postgres import private_postgres
from tools.services import HOST, Beat, ObjectStore, Redis, Service, Tls, Web, Worker, free_port

BUCKET = "platform"
WEB_PROCESSES = 2


@contextmanager
def large_site() -> Iterator[Site]:
    """Production settings, keys in a file outside the data directory, every service on the loopback."""
    with temporary_folder("journey") as folder, temporary_folder("keys") as keys, private_postgres() as server:
        logs = folder / "log"
        redis = Redis(port=free_port(), password=secrets.token_hex(16), folder=folder / "redis", logs=logs)
        store = _object_store(folder, logs)
        with running(redis, store):
            redis.wait_until_ready()
            store.wait_until_ready()
            bucket = _make_bucket(store)
            port, tls = free_port(), make_tls(keys, host=HOST)
            environment = _environment(folder, keys, port, server | bucket | {"PLATFORM_REDIS_URL": redis.url})
            prepare(environment, ("collectstatic", "--no-input", "--verbosity", "0"))
            with running(*(services := _services(port, tls, environment, folder))):
                _wait(services)
                yield Site(
                    address=f"https://{HOST}:{port}",
                    folder=folder,
                    description=f"HTTPS, PostgreSQL, Redis, S3 storage, {WEB_PROCESSES} web processes, worker, beat",
                    authority=tls.authority,
                    shows_mails=False,
                    proof=lambda pdf: _proof(pdf, _client(bucket), services[0], logs),
                )


def _environment(folder: Path, keys: Path, port: int, services: dict[str, str]) -> dict[str, str]:
    file = keys / "platform.keys"
    file.touch(mode=0o600)
    names = ("django", "fields-1", "blind-index", "issuer-1")
    file.write_text("".join(f"{name}={secrets.token_hex(32)}\n" for name in names))
    return child_environment(
        "production",
        PLATFORM_DATA=str(folder),
        PLATFORM_SITE_URL=f"https://{HOST}:{port}",
        PLATFORM_SECRETS=str(file),
        PLATFORM_SEAL_SELF_MADE="1",
        PLATFORM_WEB_PROCESSES=str(WEB_PROCESSES),
        **services,
    )


def _services(port: int, tls: Tls, environment: dict[str, str], folder: Path) -> list[Service]:
    logs = folder / "log"
    return [
        Web(port=port, environment=environment, logs=logs, workers=WEB_PROCESSES, tls=tls),
        Beat(environment=environment, logs=logs, schedule=folder / "beat"),
        Worker(environment=environment, logs=logs),
    ]


def _wait(services: list[Service]) -> None:
    for service in services:
        if isinstance(service, Web):
            service.wait_until_ready()
        service.check()


def _object_store(folder: Path, logs: Path) -> ObjectStore:
    # The server asks for no real account; the client wants one, and must not find the operator's.
    home = {"HOME": str(folder), "PATH": os.environ.get("PATH", ""), "PYTHONPATH": os.environ.get("PYTHONPATH", "")}
    return ObjectStore(port=free_port(), environment=home, logs=logs)


def _make_bucket(store: ObjectStore) -> dict[str, str]:
    variables = {
        "PLATFORM_S3_BUCKET": BUCKET,
        "PLATFORM_S3_ENDPOINT": store.url,
        "PLATFORM_S3_KEY": secrets.token_hex(10),
        "PLATFORM_S3_SECRET": secrets.token_hex(20),
    }
    _client(variables).create_bucket(Bucket=BUCKET)
    return variables


def _client(variables: dict[str, str]) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=variables["PLATFORM_S3_ENDPOINT"],
        aws_access_key_id=variables["PLATFORM_S3_KEY"],
        aws_secret_access_key=variables["PLATFORM_S3_SECRET"],
        region_name="us-east-1",
    )


def _proof(pdf: Path, client: Any, web: Service, logs: Path) -> str:
    """The services were not only there, they did the work."""
    keys = [item["Key"] for item in client.list_objects_v2(Bucket=BUCKET).get("Contents", [])]
    stored = [client.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys if key.endswith(".pdf")]
    equal("certificates in the bucket", [len(body) for body in stored], [pdf.stat().st_size])
    equal("bytes in the bucket", stored[0] == pdf.read_bytes(), True)
    equal("web processes", len(web.children()), WEB_PROCESSES)
    for log, sign in (("worker", "Task core.deliver"), ("beat", "core.resend")):
        said = (logs / f"{log}.log").read_text(encoding="utf-8", errors="replace")
        true(f"{sign} in the log of the {log}", sign in said)
    return f"the bucket holds the same bytes; {WEB_PROCESSES} web processes, worker and beat each did their part"
