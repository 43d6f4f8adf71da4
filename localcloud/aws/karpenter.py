"""Which nodes Karpenter would make for pods that fit nowhere: pure functions over the cluster's own objects (C6).

Karpenter itself calls an account's EC2. What it decides by is here as far as pools of the platform use it: labels,
taints, zones, instance types, and the bounds of a NodePool. It packs pods first fit, largest first, and knows nothing
of prices, spot interruptions, topology spread or moving pods together.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from localcloud.aws.instances import size_of
from settings.quantities import parse_bytes, parse_cpu

Object = Mapping[str, Any]
Amounts = dict[str, int]

INSTANCE_TYPE: Final = "node.kubernetes.io/instance-type"
ZONE: Final = "topology.kubernetes.io/zone"
POOL_LABEL: Final = "karpenter.sh/nodepool"
_HARD: Final = ("NoSchedule", "NoExecute")
_DURATION: Final = re.compile(r"(\d+)(h|m|s)")
_SECONDS: Final = {"h": 3600, "m": 60, "s": 1}


@dataclass(frozen=True, kw_only=True)
class Template:
    """Nodes of a NodePool. size: as quantities. nodes, cpu_m: most that there may be; None without a bound."""

    pool: str
    labels: Mapping[str, str]
    taints: Sequence[Mapping[str, str]]
    zones: tuple[str, ...]
    size: Mapping[str, str]
    nodes: int | None
    cpu_m: int | None

    def room(self, existing: int) -> int:
        """How many more nodes there may be."""
        bounds = [math.inf if self.nodes is None else self.nodes]
        bounds.append(math.inf if self.cpu_m is None else self.cpu_m // parse_cpu(self.size["cpu"]))
        return max(0, int(min(*bounds, 1000)) - existing)


@dataclass
class Launch:
    """A node to be made. pods: uids of those it is made for."""

    template: Template
    zone: str
    free: Amounts
    pods: list[str] = field(default_factory=list)


def instance_type(pool: Object) -> str | None:
    """The one instance type that a NodePool asks for; None where it leaves the choice to Karpenter."""
    values = _requirement(pool, INSTANCE_TYPE)
    return values[0] if len(values) == 1 else None


def template_of(pool: Object, node_class: Object, instance: Object, region: str) -> Template:
    """The nodes of a pool. instance: of DescribeInstanceTypes."""
    spec, limits = pool["spec"]["template"], pool["spec"].get("limits") or {}
    devices = node_class["spec"].get("blockDeviceMappings") or ()
    disk = next((str(each["ebs"]["volumeSize"]) for each in devices if each.get("rootVolume")), "20Gi")
    labels = {str(key): str(value) for key, value in (spec.get("metadata", {}).get("labels") or {}).items()}
    for requirement in spec["spec"].get("requirements") or ():
        if requirement["operator"] == "In" and len(requirement.get("values") or ()) == 1:
            labels[requirement["key"]] = requirement["values"][0]
    return Template(
        pool=pool["metadata"]["name"],
        labels={**labels, POOL_LABEL: pool["metadata"]["name"], "topology.kubernetes.io/region": region},
        taints=spec["spec"].get("taints") or (),
        zones=tuple(_requirement(pool, ZONE)) or (f"{region}a",),
        size=size_of(instance, parse_bytes(disk) >> 30, labels),
        nodes=int(limits["nodes"]) if "nodes" in limits else None,
        cpu_m=parse_cpu(limits["cpu"]) if "cpu" in limits else None,
    )


def empty_after_s(pool: Object) -> float:
    """Seconds after which an empty node goes; for ever where the pool says Never."""
    text = str((pool["spec"].get("disruption") or {}).get("consolidateAfter") or "0s")
    found = _DURATION.findall(text)
    return sum(int(count) * _SECONDS[unit] for count, unit in found) if found else math.inf


def fits_nowhere(pod: Object) -> bool:
    """Whether the scheduler has found no node for a pod."""
    if pod["spec"].get("nodeName") or pod["metadata"].get("deletionTimestamp"):
        return False
    conditions = pod.get("status", {}).get("conditions") or ()
    return any(each["type"] == "PodScheduled" and each.get("reason") == "Unschedulable" for each in conditions)


def launches(pods: Iterable[Object], templates: Sequence[Template], existing: Mapping[str, int]) -> list[Launch]:
    """The nodes to make for pods that fit nowhere. existing: nodes of each pool that there are."""
    made: list[Launch] = []
    for pod in sorted(pods, key=lambda each: -wants(each).get("cpu", 0)):
        wanted = wants(pod)
        for launch in made:
            if _suits(pod, launch.template, launch.zone) and _holds(launch.free, wanted):
                break
        else:
            found = _another(pod, wanted, templates, made, existing)
            if found is None:
                continue
            launch = found
            made.append(launch)
        launch.free = {key: amount - wanted.get(key, 0) for key, amount in launch.free.items()}
        launch.pods.append(pod["metadata"]["uid"])
    return made


def wants(pod: Object) -> Amounts:
    """What a pod takes of a node: its containers together, or the largest of those that run before them, and what its
    runtime takes."""
    spec = pod["spec"]
    sums: Amounts = {}
    for container in spec.get("containers") or ():
        for key, amount in _requests(container).items():
            sums[key] = sums.get(key, 0) + amount
    for container in spec.get("initContainers") or ():
        sums |= {key: max(amount, sums.get(key, 0)) for key, amount in _requests(container).items()}
    for key, amount in _amounts(spec.get("overhead") or {}).items():
        sums[key] = sums.get(key, 0) + amount
    return {**sums, "pods": 1}


def _another(
    pod: Object, wanted: Amounts, templates: Sequence[Template], made: Sequence[Launch], existing: Mapping[str, int]
) -> Launch | None:
    for template in templates:
        count = existing.get(template.pool, 0) + sum(each.template is template for each in made)
        zones = [zone for zone in template.zones if _suits(pod, template, zone)]
        if zones and template.room(count) > 0 and _holds(_amounts(template.size), wanted):
            return Launch(template, zones[count % len(zones)], _amounts(template.size))
    return None


def _suits(pod: Object, template: Template, zone: str) -> bool:
    spec, labels = pod["spec"], {**template.labels, ZONE: zone}
    if any(labels.get(key) != value for key, value in (spec.get("nodeSelector") or {}).items()):
        return False
    hard = [each for each in template.taints if each["effect"] in _HARD]
    if not all(any(_tolerates(each, taint) for each in spec.get("tolerations") or ()) for taint in hard):
        return False
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    terms = (affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or {}).get("nodeSelectorTerms") or ()
    return not terms or any(
        all(_matches(each, labels) for each in term.get("matchExpressions") or ()) and "matchFields" not in term
        for term in terms
    )


def _tolerates(toleration: Object, taint: Object) -> bool:
    if toleration.get("effect") not in (None, "", taint["effect"]):
        return False
    if not toleration.get("key"):
        return bool(toleration.get("operator") == "Exists")
    same = toleration["key"] == taint["key"]
    return same and (
        toleration.get("operator") == "Exists" or (toleration.get("value") or "") == (taint.get("value") or "")
    )


def _matches(expression: Object, labels: Mapping[str, str]) -> bool:
    value, values = labels.get(expression["key"]), expression.get("values") or ()
    return {
        "In": value in values,
        "NotIn": value not in values,
        "Exists": value is not None,
        "DoesNotExist": value is None,
    }.get(expression["operator"], False)


def _holds(free: Amounts, wanted: Amounts) -> bool:
    return all(free.get(key, 0) >= amount for key, amount in wanted.items() if amount)


def _requirement(pool: Object, key: str) -> list[str]:
    for each in pool["spec"]["template"]["spec"].get("requirements") or ():
        if each["key"] == key and each["operator"] == "In":
            return list(each.get("values") or ())
    return []


def _requests(container: Object) -> Amounts:
    return _amounts((container.get("resources") or {}).get("requests") or {})


def _amounts(quantities: Mapping[str, str]) -> Amounts:
    return {key: parse_cpu(value) if key == "cpu" else parse_bytes(value) for key, value in quantities.items()}
