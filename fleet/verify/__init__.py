"""Shows on a live environment that isolation holds: as each tenant, a compliant request,
then one flipped field (I4)."""
