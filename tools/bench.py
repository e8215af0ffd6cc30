"""Runs one of benchmarks/ by its name."""

import os
import sys

from tools.environment import ROOT, operator_environment, python


def modules() -> dict[str, str]:
    """Name -> module; a name that Python keeps for itself has a stroke behind it in the file's."""
    return {path.stem.rstrip("_"): path.stem for path in sorted((ROOT / "benchmarks").glob("[!_]*.py"))}


def main() -> None:
    known = modules()
    if len(sys.argv) < 2 or sys.argv[1] not in known:
        sys.exit(f"Name a benchmark, for example: ./run bench NAME. There are: {', '.join(known) or 'none yet'}.")
    command = python("-m", f"benchmarks.{known[sys.argv[1]]}", *sys.argv[2:])
    os.chdir(ROOT)
    os.execve(command[0], command, operator_environment(os.environ))  # noqa: S606


if __name__ == "__main__":
    main()
