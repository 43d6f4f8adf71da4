"""Nodes as large as their instance type. Sizes are AWS's own: moto carries the answers of DescribeInstanceTypes and
DescribeInstanceTypeOfferings of its release (moto 5.2.5, 2026), so there is no table of ours to grow old."""

from collections.abc import Mapping
from typing import Any, Final

from localcloud.aws.model import Scope
from localcloud.aws.provider.session import AwsError
from localcloud.nodes.generate import Pool, Taint

_EFFECTS: Final = {
    "NO_SCHEDULE": "NoSchedule",
    "PREFER_NO_SCHEDULE": "PreferNoSchedule",
    "NO_EXECUTE": "NoExecute",
}
_DEFAULT_TYPE: Final = "t3.medium"
"""EKS's own, as is the disk."""
_DEFAULT_DISK_GIB: Final = 20
_FEW_CPUS: Final = 30
_FEW_PODS, _MANY_PODS = 110, 250
"""EKS's recommended ceilings for nodes with at most 30 cores, and with more."""
_GPU_RESOURCES: Final = {"NVIDIA": "nvidia.com/gpu", "AMD": "amd.com/gpu"}
_HINT: Final = "k8s.io/cluster-autoscaler/node-template/resources/"
_MIG_LABEL: Final = "nvidia.com/mig.config"


def pool_of(scope: Scope, group: Mapping[str, Any]) -> Pool:
    """The pool of a node group, as inputs have it or as EKS describes it.

    Raises AwsError for an instance type that AWS does not have, or not in a zone of the group's subnets.
    """
    name = str(group.get("nodeGroupName") or group.get("nodegroupName"))
    subnets = group.get("subnetIds") or group.get("subnets") or []
    instance = _instance_type(scope, group)
    zones = _zones(scope, list(subnets))
    _offered(scope, instance["InstanceType"], zones)
    scaling = group.get("scalingConfig") or {}
    labels = {str(key): str(value) for key, value in (group.get("labels") or {}).items()}
    return Pool(
        name=name,
        nodes=int(scaling.get("desiredSize", 1)),
        labels={**_labels(scope, instance, group, name), **labels},
        taints=tuple(
            Taint(str(each["key"]), str(each.get("value") or ""), _EFFECTS.get(each["effect"], each["effect"]))
            for each in group.get("taints") or ()
        ),
        size=divided(size_of(instance, _disk_gib(scope, group), labels), group.get("tags") or {}),
        zones=zones,
    )


def _instance_type(scope: Scope, group: Mapping[str, Any]) -> Mapping[str, Any]:
    asked = (group.get("instanceTypes") or [None])[0] or _template(scope, group).get("InstanceType") or _DEFAULT_TYPE
    given = {"InstanceTypes": [asked]}
    found: list[Mapping[str, Any]] = scope["session"].call("ec2", "describe_instance_types", given, scope["region"])[
        "InstanceTypes"
    ]
    if not found:
        raise AwsError(f"there is no instance type {asked!r}", "InvalidInstanceType")
    return found[0]


def _offered(scope: Scope, instance: str, zones: tuple[str, ...]) -> None:
    given = {"LocationType": "availability-zone", "Filters": [{"Name": "instance-type", "Values": [instance]}]}
    found = scope["session"].call("ec2", "describe_instance_type_offerings", given, scope["region"])
    there = {each["Location"] for each in found["InstanceTypeOfferings"]}
    if missing := [zone for zone in zones if zone not in there]:
        raise AwsError(
            f"{instance} is not offered in {', '.join(missing)}; it is in {', '.join(sorted(there)) or 'no zone'} of "
            f"{scope['region']}",
            "Unsupported",
        )


def _zones(scope: Scope, subnets: list[str]) -> tuple[str, ...]:
    found = scope["session"].call("ec2", "describe_subnets", {"SubnetIds": subnets}, scope["region"])["Subnets"]
    return tuple(sorted({each["AvailabilityZone"] for each in found}))


def _template(scope: Scope, group: Mapping[str, Any]) -> Mapping[str, Any]:
    template = group.get("launchTemplate") or {}
    identifier = template.get("id")
    if not identifier:
        return {}
    given = {"LaunchTemplateId": identifier, "Versions": [str(template.get("version") or "$Default")]}
    found = scope["session"].call("ec2", "describe_launch_template_versions", given, scope["region"])
    data: Mapping[str, Any] = found["LaunchTemplateVersions"][0]["LaunchTemplateData"]
    return data


def _disk_gib(scope: Scope, group: Mapping[str, Any]) -> int:
    for device in _template(scope, group).get("BlockDeviceMappings") or ():
        if size := (device.get("Ebs") or {}).get("VolumeSize"):
            return int(size)
    return int(group.get("diskSize") or _DEFAULT_DISK_GIB)


def _labels(scope: Scope, instance: Mapping[str, Any], group: Mapping[str, Any], name: str) -> dict[str, str]:
    architectures = instance.get("ProcessorInfo", {}).get("SupportedArchitectures") or ["x86_64"]
    return {
        "kubernetes.io/arch": "arm64" if "arm64" in architectures else "amd64",
        "node.kubernetes.io/instance-type": instance["InstanceType"],
        "topology.kubernetes.io/region": scope["region"],
        "eks.amazonaws.com/nodegroup": name,
        "eks.amazonaws.com/capacityType": str(group.get("capacityType") or "ON_DEMAND"),
    }


def size_of(instance: Mapping[str, Any], disk_gib: int, labels: Mapping[str, str]) -> dict[str, str]:
    """What a node of an instance type has, as quantities. labels: of the node, which may divide its GPUs."""
    cpus = int(instance["VCpuInfo"]["DefaultVCpus"])
    network = instance["NetworkInfo"]
    addresses = network["MaximumNetworkInterfaces"] * (network["Ipv4AddressesPerInterface"] - 1) + 2
    return {
        "cpu": str(cpus),
        "memory": f"{int(instance['MemoryInfo']['SizeInMiB'])}Mi",
        "ephemeral-storage": f"{disk_gib}Gi",
        "pods": str(min(addresses, _FEW_PODS if cpus <= _FEW_CPUS else _MANY_PODS)),
        **_devices(instance, labels),
    }


def divided(size: Mapping[str, str], tags: Mapping[str, str]) -> dict[str, str]:
    """A node's size, with the devices that its group's tags tell Cluster Autoscaler to expect instead of whole ones:
    what NVIDIA's manager makes of them by a configuration of our own, under a name that says nothing."""
    hinted = {key.removeprefix(_HINT): str(value) for key, value in tags.items() if key.startswith(_HINT)}
    devices = {key: value for key, value in hinted.items() if key.startswith("nvidia.com/")}
    if not devices:
        return dict(size)
    return {**{key: value for key, value in size.items() if not key.startswith("nvidia.com/")}, **devices}


def _devices(instance: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, str]:
    """GPUs as their device plugin tells them: whole, or in the parts that a label asks NVIDIA's manager for."""
    made: dict[str, str] = {}
    for gpu in (instance.get("GpuInfo") or {}).get("Gpus") or ():
        resource, count = _GPU_RESOURCES.get(str(gpu.get("Manufacturer")).upper()), int(gpu.get("Count", 0))
        if resource is None:
            continue
        profile = labels.get(_MIG_LABEL, "").removeprefix("all-")
        if profile[:1].isdigit() and "g." in profile:
            made[f"nvidia.com/mig-{profile}"] = str(count * (_SLICES // int(profile[0])))
        else:
            made[resource] = str(count)
    return made


_SLICES: Final = 7
"""Of an A100 or H100; a profile's first figure says how many of them it takes."""
