"""What AWS is told of keys and buckets, kept as a file: others' access depends on it (F4, F5).

`python -m tests.unit.settings.golden_storage` writes the file anew; read the difference, for it changes who reads what.
"""

import json
from pathlib import Path
from typing import Any, Final

from settings.fields import DataIsolation
from settings.storage import bucket_of, bucket_policy, role_policy, service_key, tenant_key
from settings.volume import KeyRotation

FILE: Final = Path(__file__).parent / "golden" / "aws_storage.json"
KEY: Final = "arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f"
ACCOUNT: Final = "111122223333"
REGION: Final = "eu-central-1"


def document() -> str:
    """The file's text."""
    rotation = KeyRotation()
    made: dict[str, Any] = {
        "service key": vars(service_key("volumes", "prod", ACCOUNT, rotation)),
        "tenant key": vars(tenant_key("acme", "team", "prod", ACCOUNT, rotation)),
    }
    models: dict[str, DataIsolation] = {"own bucket": "database", "prefix of the shared bucket": "shared"}
    for name, isolation in models.items():
        bucket = bucket_of("acme", isolation, "prod", REGION, ACCOUNT)
        policies = {"bucket policy": bucket_policy(bucket, ACCOUNT, KEY), "role policy": role_policy(bucket, KEY)}
        made[name] = {**vars(bucket), **policies}
    return json.dumps(made, indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(document())
