"""Measurements: each prints both sides and their ratio in one run; gates stand beside them, nothing is asserted."""
