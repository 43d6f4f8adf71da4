"""Where tenants' data rests: classes of volumes, their snapshots, buckets and the keys of both (F4, F5, F6)."""

from settings.storage.buckets import Bucket, bucket_of, bucket_policy, lifecycle_rules, role_policy, shared_bucket
from settings.storage.classes import (
    StorageClassSpec,
    snapshot_class_name,
    snapshot_parameters,
    storage_class,
    storage_class_name,
)
from settings.storage.keys import KeySettings, service_key, tenant_key
from settings.storage.snapshots import cron, snapshot_script

__all__ = [
    "Bucket",
    "KeySettings",
    "StorageClassSpec",
    "bucket_of",
    "bucket_policy",
    "cron",
    "lifecycle_rules",
    "role_policy",
    "service_key",
    "shared_bucket",
    "snapshot_class_name",
    "snapshot_parameters",
    "snapshot_script",
    "storage_class",
    "storage_class_name",
    "tenant_key",
]
