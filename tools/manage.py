"""Becomes manage.py: exit status, standard output and working directory stay those of the command."""

import os
import sys

from tools.environment import manage, operator_environment


def main() -> None:
    command = manage(*sys.argv[1:])
    os.execve(command[0], command, operator_environment(os.environ))  # noqa: S606


if __name__ == "__main__":
    main()
