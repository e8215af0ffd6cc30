"""Designs of certificates as data: the language, what it may say, how it is looked at, how it travels."""
