"""Writes of the courses room: content, delivery, records."""
