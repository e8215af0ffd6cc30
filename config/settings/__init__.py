"""One module per size of house: dev (also the demo), test, production; all start from base."""
