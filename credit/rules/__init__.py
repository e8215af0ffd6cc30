"""Pure rules of the credit room: dated figures, clocks, arithmetic, who sees what. No database, no clock."""
