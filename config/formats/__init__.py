"""How dates and figures are written, per language; found through FORMAT_MODULE_PATH."""
