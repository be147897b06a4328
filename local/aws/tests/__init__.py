"""Tests against a running server: python -m unittest discover -s tests -t ."""
