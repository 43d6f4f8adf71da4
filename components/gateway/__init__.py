"""Entrances of tenants: Gateway API with Envoy Gateway (B2, B3)."""
