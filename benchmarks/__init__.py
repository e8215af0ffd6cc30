"""Measurements: each prints both sides and their ratio; gates stand beside them."""
