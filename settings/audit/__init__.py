"""What is recorded of the requests to an API server, and how long (G5)."""

from settings.audit.policy import audit_policy

__all__ = ["audit_policy"]
