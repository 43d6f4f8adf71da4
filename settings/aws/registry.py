"""What a repository of images tidies by itself (G7)."""

from typing import Any

UNTAGGED_DAYS = 14
"""How long an image without a tag stays: ours; what runs is named by digest and has a tag."""


def lifecycle() -> dict[str, Any]:
    """The repository's lifecycle policy, in ECR's words."""
    return {
        "rules": [
            {
                "rulePriority": 1,
                "description": f"untagged images go after {UNTAGGED_DAYS} days",
                "selection": {
                    "tagStatus": "untagged",
                    "countType": "sinceImagePushed",
                    "countUnit": "days",
                    "countNumber": UNTAGGED_DAYS,
                },
                "action": {"type": "expire"},
            }
        ]
    }
