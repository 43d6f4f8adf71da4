"""What is recorded of the requests to an API server, where it is kept, and how long (G5)."""

from settings.audit.policy import audit_policy
from settings.audit.retention import (
    RETENTION_DAYS,
    audit_bucket,
    audit_bucket_policy,
    audit_lifecycle,
    object_lock,
    shipper_policy,
)
from settings.audit.shipping import vector_configuration

__all__ = [
    "RETENTION_DAYS",
    "audit_bucket",
    "audit_bucket_policy",
    "audit_lifecycle",
    "audit_policy",
    "object_lock",
    "shipper_policy",
    "vector_configuration",
]
