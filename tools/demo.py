"""The demo: prepares the data, starts the site and one worker, and stops both together."""

import argparse
import fcntl
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tools.environment import child_environment, data_directory, manage
from tools.services import (
    HOST,
    Sequencer,
    Service,
    ServiceFailed,
    Signer,
    Web,
    Witness,
    Worker,
    exit_on_signals,
    free_port,
    is_free,
)

KEPT = {"fonts", "test", "demo.lock", "setup.lock"}
LEAST_FREE = 512 * 1024 * 1024


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run demo", description="Serve the site with demo data on this machine.")
    parser.add_argument("--fresh", action="store_true", help="throw the demo's data away and load it anew")
    parser.add_argument("--port", type=int, default=8000, help="port on 127.0.0.1 (default 8000)")
    return parser.parse_args(arguments)


def main() -> None:
    options = parse(sys.argv[1:])
    exit_on_signals()
    folder = data_directory()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "demo.lock").open("w") as lock:
        check_machine(port=options.port, folder=folder)
        take(lock.fileno(), folder)
        if options.fresh:
            wipe(folder)
        address = f"http://{HOST}:{options.port}"
        environment = child_environment("dev", PLATFORM_SITE_URL=address)
        prepare(environment)
        serve(address, options.port, environment, folder)


def check_machine(*, port: int, folder: Path) -> None:
    """Everything that would fail later is said now, before anything is written."""
    if not 0 < port < 65536:
        sys.exit(f"{port} is no port. Give a number between 1 and 65535: ./run demo --port 8001")
    if not is_free(port):
        sys.exit(f"Port {port} is in use or not allowed. Free it, or choose another: ./run demo --port 8001")
    if shutil.disk_usage(folder).free < LEAST_FREE:
        sys.exit(f"Less than 512 MB is free under {folder}. Free some space, then start again.")


def take(lock: int, folder: Path) -> None:
    """Two workers with a beat each on one set of data would do everything twice."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        sys.exit(f"Another demo already uses {folder}. Stop it first, or set PLATFORM_DATA to another directory.")


def wipe(folder: Path) -> None:
    for path in folder.iterdir():
        if path.name in KEPT:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def prepare(environment: dict[str, str]) -> None:
    for title, command in (
        ("Preparing the database ...", ("migrate", "--no-input", "--verbosity", "0")),
        ("Loading the demo ...", ("load_demo",)),
    ):
        print(title, flush=True)
        if status := subprocess.run(manage(*command), env=environment, check=False).returncode:
            sys.exit(f"./run manage {' '.join(command)} ended with status {status}; its message stands above.")


def serve(address: str, port: int, environment: dict[str, str], folder: Path) -> None:
    logs = folder / "log"
    web = Web(port=port, environment=environment, logs=logs)
    worker = Worker(environment=environment, logs=logs, schedule=folder / "beat")
    services: list[Service] = [web, worker, *log_services(environment, folder)]
    # Waits for the log's first head, and is over in a minute.
    asking: subprocess.Popen[bytes] | None = None
    try:
        for service in services:
            service.start()
        logins = subprocess.run(manage("demo_logins"), env=environment, check=False, stdout=subprocess.PIPE, text=True)
        web.wait_until_ready()
        asking = subprocess.Popen(manage("demo_check"), env=environment, stdout=subprocess.DEVNULL)
        print(f"\nThe site is at {address}\n\n{logins.stdout}\nCtrl-C stops it. Logs: {logs}", flush=True)
        watch(services)
    except ServiceFailed as problem:
        sys.exit(str(problem))
    finally:
        if asking:
            asking.terminate()
        stop(services)


def log_services(environment: dict[str, str], folder: Path) -> list[Service]:
    """The tamper-evident log on one machine: sequencer, signer, and a witness of the same operator."""
    logs = folder / "log"
    witness = Witness(
        port=free_port(),
        folder=folder / "tlog" / "witness",
        policy=folder / "tlog" / "policy",
        environment=environment,
        logs=logs,
    )
    setup = manage("tlog_setup", "--witness", witness.url)
    if status := subprocess.run(setup, env=environment, check=False, stdout=subprocess.DEVNULL).returncode:
        sys.exit(f"./run manage tlog_setup ended with status {status}; its message stands above.")
    return [witness, Sequencer(environment=environment, logs=logs), Signer(environment=environment, logs=logs)]


def watch(services: list[Service]) -> None:
    while True:
        for service in services:
            service.keep_up()
        time.sleep(0.5)


def stop(services: list[Service]) -> None:
    """The site first, so that nothing new is asked for while the worker finishes what it has."""
    print("Stopping ...", flush=True)
    for service in services:
        service.stop()


if __name__ == "__main__":
    main()
