"""Runs one of benchmarks/ by its name."""

import os
import sys

from tools.environment import ROOT, operator_environment, python


def names() -> list[str]:
    return sorted(path.stem for path in (ROOT / "benchmarks").glob("[!_]*.py"))


def main() -> None:
    if len(sys.argv) < 2 or sys.argv[1] not in names():
        sys.exit(f"Name a benchmark, for example: ./run bench NAME. There are: {', '.join(names()) or 'none yet'}.")
    command = python("-m", f"benchmarks.{sys.argv[1]}", *sys.argv[2:])
    os.chdir(ROOT)
    os.execve(command[0], command, operator_environment(os.environ))  # noqa: S606


if __name__ == "__main__":
    main()
