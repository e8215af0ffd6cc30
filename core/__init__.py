"""Machinery without any word of the trade."""

import os

# A library that checks credentials brings lxml, and openpyxl would take it in place of defusedxml, which alone refuses
# entities. It asks for this name once, when it is imported; `core.apps` refuses to start when that was too early.
os.environ["OPENPYXL_LXML"] = "False"
