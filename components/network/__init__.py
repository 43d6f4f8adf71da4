"""Network of tenants."""
