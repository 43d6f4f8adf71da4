"""The table of controls. What reads a row today is the pack; probes and admission rules will read the same (I1)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

from policies import rules
from policies.objects import AwsResource, KubernetesObject

Found = TypeVar("Found")


class Severity(Enum):
    """How much harm a broken control does."""

    HIGH = "high"
    MEDIUM = "medium"


@dataclass(frozen=True, kw_only=True)
class Control(Generic[Found]):
    """One rule.

    id: stable, cited by findings. why: the harm, in one sentence. fix: what to do. sources: ids in the benchmarks it
    comes from. check: what is wrong with what was found; nothing for one that it does not concern.
    """

    id: str
    title: str
    severity: Severity
    why: str
    fix: str
    sources: tuple[str, ...]
    check: Callable[[Found], Iterator[str]]

    def findings(self, found: Found) -> Iterator[str]:
        """One line for each thing that is wrong: what, why and how to put it right."""
        for wrong in self.check(found):
            yield f"[{self.id}] {wrong}. {self.title}: {self.why} Fix: {self.fix}"


CONTROLS: tuple[Control[KubernetesObject], ...] = (
    Control(
        id="TP-B1-01",
        title="Every object of a tenant carries its tenant",
        severity=Severity.MEDIUM,
        why="Metrics, cost and access to the database go by this label.",
        fix="Make the object's metadata with components.objects.tenant_metadata.",
        sources=("B1",),
        check=rules.carries_its_tenant,
    ),
    Control(
        id="TP-C1-03",
        title="Every tenant namespace enforces the restricted Pod Security level",
        severity=Severity.HIGH,
        why="A privileged pod owns its node, and with it every tenant on it.",
        fix="Take the labels of components.tenancy.namespace.pod_security_labels as they are.",
        sources=("C1", "PSS restricted", "MTB-PL1-BC-CPI-5"),
        check=rules.namespace_enforces_restricted,
    ),
    Control(
        id="TP-C3-01",
        title="Pods have a runtime that is for their workload",
        severity=Severity.HIGH,
        why="Agents run code that nobody has read, and the node's kernel is every tenant's.",
        fix="Take the runtime of the plan, and label the pods with their kind of workload.",
        sources=("C3",),
        check=rules.pods_have_a_runtime,
    ),
    Control(
        id="TP-C4-01",
        title="No container has or gains privileges",
        severity=Severity.HIGH,
        why="A process with privileges can leave its container.",
        fix="Build the pod with components.security.hardened_pod.",
        sources=("C4", "PSS restricted", "MTB-PL1-BC-CPI-5"),
        check=rules.containers_have_no_privilege,
    ),
    Control(
        id="TP-F4-01",
        title="Volumes are encrypted",
        severity=Severity.HIGH,
        why="A disk that is lost, copied or handed on shows what was on it.",
        fix="Take the classes of components.data.storage_classes.",
        sources=("F4", "F5", "CIS EKS 5.3", "AWS FSBP EC2.3"),
        check=rules.volumes_are_encrypted,
    ),
    Control(
        id="TP-G7-01",
        title="Images are named by digest",
        severity=Severity.HIGH,
        why="A tag can be moved to another image after the review.",
        fix="Name the image as repository@sha256:<64 hex digits>.",
        sources=("G7",),
        check=rules.images_are_named_by_digest,
    ),
)

AWS_CONTROLS: tuple[Control[AwsResource], ...] = (
    Control(
        id="TP-F5-01",
        title="Keys are turned in time",
        severity=Severity.HIGH,
        why="What one key encrypts is what one lost key opens.",
        fix="Take the settings of settings.storage.keys, with key_rotation of the topology at most 90 and 365 days.",
        sources=("F5", "CIS AWS 3.6", "AWS FSBP KMS.4"),
        check=rules.keys_are_turned,
    ),
)
