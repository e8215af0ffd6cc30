"""Printed papers of the staffing room."""
