"""A witness of transparency logs: its own folder, key and memory; needs neither the site nor its database."""

import argparse
import sys
import time
from pathlib import Path

from certificates.tlog import policy, witness
from certificates.tlog.notes import NoteError, Verifier
from tools.environment import data_directory
from tools.services import HOST, exit_on_signals


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run witness", description="Cosign heads of logs that only ever grow.")
    parser.add_argument("--folder", type=Path, help="key and memory of the witness (default var/tlog/witness)")
    parser.add_argument("--name", default="", help="its name, like an address: regulator.example/witness (first start)")
    parser.add_argument("--log", action="append", default=[], metavar="VKEY", help="public key of a log to watch")
    parser.add_argument("--policy", type=Path, help="take the logs from a policy file")
    parser.add_argument("--host", default=HOST, help=f"address to answer at (default {HOST})")
    parser.add_argument("--port", type=int, default=8010, help="port to answer at (default 8010)")
    return parser.parse_args(arguments)


def main() -> None:
    options = parse(sys.argv[1:])
    exit_on_signals()
    folder = options.folder or data_directory() / "tlog" / "witness"
    if not options.name and not (folder / witness.KEY).exists():
        sys.exit("Give the witness a name at its first start: --name regulator.example/witness")
    try:
        key = witness.set_up(folder, options.name)
        asked = witness.Witness(folder, logs(options), now=lambda: int(time.time()))
    except (witness.StateLost, NoteError, policy.PolicyError, OSError) as problem:
        sys.exit(str(problem))
    print(f"witness {key.vkey} at http://{options.host}:{options.port}", flush=True)
    with witness.server(asked, options.host, options.port) as server:
        server.serve_forever()


def logs(options: argparse.Namespace) -> list[Verifier]:
    found = [Verifier.from_vkey(text) for text in options.log]
    if options.policy:
        found += policy.parse(options.policy.read_text(encoding="utf-8")).logs
    if not found:
        sys.exit("Name a log: --log VKEY, or --policy FILE with its line.")
    return found


if __name__ == "__main__":
    main()
