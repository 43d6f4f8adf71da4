"""How fast a tenant gets a sandbox from its warm pool (C5)."""
