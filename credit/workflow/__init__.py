"""States of the credit room: the tables that engine, buttons, docs and tests read."""

from credit.workflow.cases import *  # noqa: F403
