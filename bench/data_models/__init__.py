"""Overhead of each model of data isolation against a plain database (F1)."""
