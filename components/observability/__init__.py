"""Monitoring of a cluster and of its tenants, by the Prometheus operator."""
