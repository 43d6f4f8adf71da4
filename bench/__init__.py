"""Measurements, each a command that prints its figures and ends with one line of JSON."""
