"""What carries the audit log from a control plane's machine to the bucket that keeps it (G5)."""

from typing import Any, Final

from settings.storage.buckets import Bucket

BATCH_BYTES: Final = 10_000_000
BATCH_SECONDS: Final = 300
"""A batch is one object. What is still on the machine when it is lost, 5 minutes at most, is lost with it."""
BUFFER_BYTES: Final = 2_000_000_000
"""On disk while the bucket cannot be reached; then the log is read no further, and its own files are what is kept."""


def vector_configuration(log: str, bucket: Bucket, cluster: str, key_arn: str) -> dict[str, Any]:
    """Configuration of Vector (0.40 or newer) on a machine with an API server; as JSON or YAML.

    log: the API server's `--audit-log-path`; files put aside beside it are read as well, so that a restart misses
    nothing. Lines stay as they were written. cluster: folder of its logs in the bucket. key_arn: key of the bucket.
    """
    folder, _, name = log.rpartition("/")
    stem, _, suffix = name.rpartition(".")
    return {
        "data_dir": "/var/lib/vector",
        "sources": {
            "audit": {
                "type": "file",
                "include": [log, f"{folder}/{stem}-*.{suffix}"],
                "read_from": "beginning",
                "max_line_bytes": 1_048_576,
            }
        },
        "sinks": {
            "kept": {
                "type": "aws_s3",
                "inputs": ["audit"],
                "bucket": bucket.name,
                "region": bucket.region,
                "key_prefix": f"{cluster}/%Y/%m/%d/",
                "compression": "gzip",
                "content_type": "application/x-ndjson",
                "server_side_encryption": "aws:kms",
                "ssekms_key_id": key_arn,
                "encoding": {"codec": "text"},
                "framing": {"method": "newline_delimited"},
                "batch": {"max_bytes": BATCH_BYTES, "timeout_secs": BATCH_SECONDS},
                "buffer": {"type": "disk", "max_size": BUFFER_BYTES, "when_full": "block"},
                "acknowledgements": {"enabled": True},
            }
        },
    }
