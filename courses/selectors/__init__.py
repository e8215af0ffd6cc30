"""Reads of the courses room."""
