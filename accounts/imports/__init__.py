"""Files of institutions and staff rosters: read, checked and planned. Nothing is written here; services do that."""
