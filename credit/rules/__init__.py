"""Pure rules of the credit room: figures and the publication matrix, dated data. No database, no clock."""
