"""How long it takes to bring tenants in, next to `kubectl apply` of the very same objects on the very same API
server."""
