"""What tenantplane makes at AWS (H2, F2, F4, F5, G5, G6, C6)."""
