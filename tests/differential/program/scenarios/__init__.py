"""Scenario modules; each has `declare(phase)`."""
