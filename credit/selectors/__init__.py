"""Reads of the credit room."""
