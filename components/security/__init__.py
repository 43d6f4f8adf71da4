"""Roles, admission rules and the hardened pod."""
