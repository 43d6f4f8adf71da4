"""Tenants' databases, as far as the cluster has a part in them (F1, F2)."""
