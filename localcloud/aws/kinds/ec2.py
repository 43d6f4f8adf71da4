"""What the types of EC2 have in common."""

from typing import Any

from localcloud.aws.model import Call, Kind, Tags


def ec2_tags(resource: str) -> Tags:
    """Tags of an EC2 resource: in the creating call, and changed by its id."""
    return Tags(
        create="TagSpecifications",
        specification=resource,
        tag=Call(do="create_tags", give={"Resources": ["=id"], "Tags": "=tags"}),
        untag=Call(do="delete_tags", give={"Resources": ["=id"], "Tags": "=keys[].{Key: @}"}),
    )


def arn(service: str, path: str) -> str:
    """Template of the ARN of a resource with a region; `path` ends before the id."""
    return f"=join('', ['arn:', partition, ':{service}:', region, ':', account, ':{path}', id])"


def ec2_kind(token: str, resource: str, **said: Any) -> Kind:
    """A type of EC2 that is tagged as `resource`."""
    return Kind(token=token, client="ec2", tags=ec2_tags(resource), **said)
