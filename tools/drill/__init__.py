"""`./run drill kill`: certificates are issued while what issues them is killed; then everything is counted."""
