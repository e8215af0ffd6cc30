"""The journey: a technology manager is trained, certified, counted and checked, every step through HTTP."""
