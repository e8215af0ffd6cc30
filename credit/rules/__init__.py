"""Arithmetic and wording of the credit room: pure, without database and clock."""
