"""Papers of the credit room."""
