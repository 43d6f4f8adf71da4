"""EKS clusters that are local control planes, and node groups that are nodes of KWOK (C6, H1)."""

import base64
import contextlib
import json
import secrets
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from localcloud import controlplane
from localcloud.aws.instances import pool_of
from localcloud.aws.layout import AwsLayout
from localcloud.aws.model import Hooks, Scope
from localcloud.aws.provider.session import AwsError, Session
from localcloud.controlplane.layout import Layout
from localcloud.controlplane.pki import CLUSTER
from localcloud.controlplane.ports import HOST
from localcloud.errors import LocalcloudError
from localcloud.files import lock
from localcloud.paths import state_directory
from localcloud.toolchain.pins import load_pins
from settings.aws.addons import named_in


def kubeconfig(name: str, state_dir: Path | None = None) -> Path:
    """Path of the administrator's kubeconfig of the control plane behind an EKS cluster."""
    return Layout(name, state_dir or state_directory()).kubeconfig


def kubernetes_minor() -> str:
    """The only minor version that control planes here have, such as "1.34"."""
    version = next(pin.version for pin in load_pins().pins if pin.name == "kubernetes")
    return ".".join(version.lstrip("v").split(".")[:2])


class LocalControlPlane(Hooks):
    """Behind aws:eks/cluster:Cluster."""

    def check(self, inputs: Mapping[str, Any]) -> str | None:
        """A name that no directory can have, or a version that is not here."""
        name, version = inputs.get("name"), inputs.get("version")
        with contextlib.suppress(TypeError):
            try:
                Layout(str(name or "generated"), Path())
            except LocalcloudError as error:
                return f"name: {error}"
        if version and isinstance(version, str) and version[:1].isdigit() and version != kubernetes_minor():
            return (
                f"version: {version} is asked for, and the control planes of this machine are {kubernetes_minor()}; "
                "ask for that, or pin another Kubernetes in localcloud/toolchain/pins.toml"
            )
        return None

    def before(self, scope: Scope) -> None:
        """Forget a cluster of EKS whose control plane has been stopped: what is created then is a new one."""
        session, name = scope["session"], scope["in"]["name"]
        known = session.call("eks", "list_clusters", {}, scope["region"])["clusters"]
        if name not in known or _exists(name):
            return
        for group in session.call("eks", "list_nodegroups", {"clusterName": name}, scope["region"])["nodegroups"]:
            given = {"clusterName": name, "nodegroupName": group}
            session.call("eks", "delete_nodegroup", given, scope["region"])
        network = session.call("eks", "describe_cluster", {"name": name}, scope["region"])["cluster"][
            "resourcesVpcConfig"
        ]
        _remove_group(scope, network)
        tell(scope, name, {"deletion_protection": False})
        session.call("eks", "delete_cluster", {"name": name}, scope["region"])

    def created(self, scope: Scope) -> Mapping[str, Any]:
        """Start the control plane; EKS then says its address and authority."""
        name, given = scope["id"], scope["in"]
        made = controlplane.start(name, (), addons=named_in(given.get("tags")))
        tell(
            scope,
            name,
            {
                "endpoint": made.server,
                "certificate_authority": {"data": _authority(name)},
                "version": kubernetes_minor(),
                "deletion_protection": bool(given.get("deletionProtection")),
                "access_config": given.get("accessConfig") or {"authenticationMode": "CONFIG_MAP"},
                "upgrade_policy": given.get("upgradePolicy") or {"supportType": "EXTENDED"},
                "vpc": _network(scope),
            },
        )
        return {}

    def resumed(self, scope: Scope) -> None:
        """Start the control plane, where EKS was not told of one yet."""
        if HOST not in scope["found"]["endpoint"]:
            self.created(scope)

    def read(self, scope: Scope) -> Mapping[str, Any] | None:
        """None when the control plane has been stopped by hand."""
        return {} if _exists(scope["id"]) else None

    def updated(self, scope: Scope) -> Mapping[str, Any]:
        """Settings that moto does not keep, and add-ons; what does not run is started."""
        given = scope["in"]
        controlplane.start(scope["id"], None, addons=named_in(given.get("tags")))
        kept = {"deletion_protection": bool(given.get("deletionProtection"))}
        named = {"access_config": given.get("accessConfig"), "upgrade_policy": given.get("upgradePolicy")}
        tell(scope, scope["id"], {**kept, **{key: value for key, value in named.items() if value}})
        return {"deletionProtection": kept["deletion_protection"]}

    def deleted(self, scope: Scope) -> None:
        """Stop the control plane and remove its files, and its security group."""
        controlplane.stop(scope["id"])
        _remove_group(scope, scope["state"].get("vpcConfig") or {})


class LocalNodes(Hooks):
    """Behind aws:eks/nodeGroup:NodeGroup."""

    def before(self, scope: Scope) -> None:
        """Refuse an instance type that AWS does not have in one of the zones, before anything is made."""
        pool_of(scope, scope["in"])

    def created(self, scope: Scope) -> Mapping[str, Any]:
        """Bring the cluster's nodes in line with its groups."""
        _reconcile(scope)
        return {}

    def resumed(self, scope: Scope) -> None:
        """The same, of which nobody knows whether it was done."""
        _reconcile(scope)

    def updated(self, scope: Scope) -> Mapping[str, Any]:
        """Bring the cluster's nodes in line with its groups."""
        _reconcile(scope)
        return {}

    def deleted(self, scope: Scope) -> None:
        """Take the group's nodes away, unless the cluster is gone already."""
        if _exists(scope["in"]["clusterName"]):
            _reconcile(scope)


def tell(scope: Scope, cluster: str, what: Mapping[str, Any]) -> None:
    """Tell the local AWS what only localcloud knows of a cluster."""
    endpoint = scope["session"].settings.endpoint
    request = urllib.request.Request(  # noqa: S310 - loopback, see Settings
        f"{endpoint}/localcloud/clusters/{cluster}",
        data=json.dumps(what).encode(),
        method="POST",
        headers={
            "Content-Type": "application/json",
            "Authorization": f"AWS4-HMAC-SHA256 Credential=x/20000101/{scope['region']}/eks/aws4_request, Signature=x",
        },
    )
    with urllib.request.urlopen(request, timeout=60):  # noqa: S310
        pass


def _exists(name: str) -> bool:
    return name in controlplane.clusters()


def _authority(name: str) -> str:
    certificate = Layout(name, state_directory()).certificate(CLUSTER)
    return base64.b64encode(certificate.read_bytes()).decode()


def _network(scope: Scope) -> dict[str, str]:
    """The cluster's VPC and the security group that EKS makes for it."""
    session, region, name = scope["session"], scope["region"], scope["id"]
    subnets = (scope["in"].get("vpcConfig") or {}).get("subnetIds") or []
    found = session.call("ec2", "describe_subnets", {"SubnetIds": subnets}, region)["Subnets"]
    vpc = found[0]["VpcId"]
    group = session.call(
        "ec2",
        "create_security_group",
        {
            "GroupName": f"eks-cluster-sg-{name}-{secrets.randbelow(10**9)}",
            "Description": "EKS created security group applied to ENI that is attached to EKS Control Plane master "
            "nodes, as well as any managed workloads.",
            "VpcId": vpc,
        },
        region,
    )["GroupId"]
    return {"vpcId": vpc, "clusterSecurityGroupId": group}


def _remove_group(scope: Scope, network: Mapping[str, Any]) -> None:
    """Remove EKS's own security group, unless something uses it still: then it stays, as on AWS."""
    if group := network.get("clusterSecurityGroupId"):
        with contextlib.suppress(AwsError):
            scope["session"].call("ec2", "delete_security_group", {"GroupId": group}, scope["region"])


def _reconcile(scope: Scope) -> None:
    """One at a time for each cluster: groups are made side by side, and each start sets all nodes."""
    session, region, cluster = scope["session"], scope["region"], scope["in"]["clusterName"]
    with _alone(cluster):
        groups = list(_groups(session, cluster, region))
        controlplane.start(cluster, [pool_of(scope, group) for group in groups])


def _groups(session: Session, cluster: str, region: str) -> Iterator[Mapping[str, Any]]:
    """The cluster's groups, but those that are removed while they are asked for."""
    for name in sorted(session.call("eks", "list_nodegroups", {"clusterName": cluster}, region)["nodegroups"]):
        given = {"clusterName": cluster, "nodegroupName": name}
        try:
            group = session.call("eks", "describe_nodegroup", given, region)["nodegroup"]
        except AwsError as error:
            if error.code != "ResourceNotFoundException":
                raise
        else:
            yield group


@contextlib.contextmanager
def _alone(cluster: str) -> Iterator[None]:
    with lock(AwsLayout(state_directory()).directory / f".nodes-{cluster}.lock"):
        yield
