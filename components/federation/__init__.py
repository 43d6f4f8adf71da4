"""Tenants over several clusters by a federation's own control plane (H3)."""
