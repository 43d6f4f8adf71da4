"""Takes AWS's own protection from deletion off what is to be removed, where AWS is on this machine (A7, H1).

What holds data is protected twice: by the engine, which `fleet destroy` tells to let go, and by AWS, which it cannot
tell. On an account a person does what is done here, one resource after the other (docs/aws.md, "How to undo").
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fleet.errors import FleetError
from localcloud.aws import running_aws
from localcloud.aws.provider.session import AwsError, Session, Settings

Call = tuple[str, str, dict[str, Any]]

_GONE: Final = ("ResourceNotFoundException", "DBClusterNotFoundFault", "LoadBalancerNotFound")


def unprotecting(kind: str, identifier: str, inputs: Mapping[str, Any]) -> Call | None:
    """The call of AWS that lets a resource be deleted: service, method of boto3, arguments; None where its inputs ask
    for no protection. kind: its type."""
    if kind == "aws:eks/cluster:Cluster" and inputs.get("deletionProtection"):
        return "eks", "update_cluster_config", {"name": identifier, "deletionProtection": False}
    if kind == "aws:rds/cluster:Cluster" and inputs.get("deletionProtection"):
        return "rds", "modify_db_cluster", {"DBClusterIdentifier": identifier, "DeletionProtection": False}
    if kind == "aws:lb/loadBalancer:LoadBalancer" and inputs.get("enableDeletionProtection"):
        off = [{"Key": "deletion_protection.enabled", "Value": "false"}]
        return "elbv2", "modify_load_balancer_attributes", {"LoadBalancerArn": identifier, "Attributes": off}
    return None


def unprotect(deployment: Mapping[str, Any]) -> tuple[str, ...]:
    """Lift the protection of all that a stack holds, on the AWS of this machine; the URNs of what it was taken from.

    deployment: the stack's, as the engine keeps it. Raises FleetError when that AWS does not run.
    """
    wanted = list(_protected(deployment))
    if not wanted:
        return ()
    if (service := running_aws()) is None:
        raise FleetError("the local AWS does not run; start it with `python -m localcloud aws start`")
    lifted: list[str] = []
    for urn, region, (client, method, given) in wanted:
        try:
            Session(Settings(service.endpoint, region)).call(client, method, given)
        except AwsError as error:
            if error.code not in _GONE:
                raise FleetError(f"the protection of {urn.rpartition('::')[2]} cannot be lifted: {error}") from None
        else:
            lifted.append(urn)
    return tuple(lifted)


def _protected(deployment: Mapping[str, Any]) -> Iterator[tuple[str, str, Call]]:
    for each in deployment.get("resources") or ():
        call = unprotecting(each["type"], str(each.get("id") or ""), each.get("inputs") or {})
        if call is not None:
            yield str(each["urn"]), str((each.get("outputs") or {}).get("region") or ""), call
