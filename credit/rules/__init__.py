"""Pure rules of the credit room. No database, no clock."""
