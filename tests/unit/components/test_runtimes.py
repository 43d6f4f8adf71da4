"""Runtimes: where their pods go, who may have them, and what a workload that states capabilities gets (C2-C4)."""

from typing import Any

import pytest

from components.sandbox.runtime_classes import scheduling
from components.security.runtime_admission import parameters
from settings import Workload
from tests.unit.components.local_stack import DEPLOYMENT, NAMESPACE, catalogue, local_stack, plan, rendered, workloads

RUNTIMES = catalogue().runtimes


def pools_of(runtime: str) -> set[str]:
    """Names of the pools whose nodes a pod of the runtime can go to when it says nothing else."""
    made = scheduling(RUNTIMES[runtime])
    tolerated = [each["key"] for each in made.get("tolerations", ())]
    return {
        pool.name
        for cluster in catalogue().topology.clusters
        for pool in cluster.node_pools
        if made["node_selector"].items() <= pool.node_labels().items()
        and all(taint.key in tolerated for taint in pool.node_taints())
    }


def test_a_class_brings_its_pods_to_nodes_that_have_the_runtime() -> None:
    """C2: and neither to spot nodes nor to those of one tenant, which a placement has to choose."""
    assert {runtime: pools_of(runtime) for runtime in RUNTIMES} == {
        "runc": {"general"},
        "gvisor": {"sandbox"},
        "kata": {"sandbox"},
        "kata-gpu": {"gpu-a100-whole", "gpu-a100-mig", "gpu-t4-shared"},
        "confidential": {"sandbox"},
    }


def test_every_workload_goes_where_its_class_goes() -> None:
    """The class's selector and the placement's are both put on the pod: nodes must exist that satisfy both."""
    nodes = [pool.node_labels() for cluster in catalogue().topology.clusters for pool in cluster.node_pools]
    for made in workloads(local_stack()):
        spec = made.inputs["spec"]["template"]["spec"]
        wanted = {**spec["nodeSelector"], **scheduling(RUNTIMES[spec["runtimeClassName"]])["node_selector"]}
        assert any(wanted.items() <= labels.items() for labels in nodes), made.name


def test_the_parameters_of_admission_are_the_catalogue() -> None:
    """C3."""
    assert parameters(RUNTIMES) == {
        "agent-sessions": "gvisor,kata,kata-gpu,confidential",
        "homework-correction": "runc,gvisor,kata,kata-gpu,confidential",
        "unstated": "gvisor,kata,kata-gpu,confidential",
        "gpu": "kata-gpu",
        "capabilities.runc": "",
        "capabilities.gvisor": "CHOWN,SETGID,SETUID",
        "capabilities.kata": "CHOWN,SETGID,SETUID",
        "capabilities.kata-gpu": "",
        "capabilities.confidential": "",
    }


@pytest.mark.parametrize("name", sorted(each.name for each in workloads(local_stack())))
def test_every_reference_workload_is_what_admission_wants(name: str) -> None:
    made = local_stack().one(DEPLOYMENT, name).inputs
    template = made["spec"]["template"]
    kind = template["metadata"]["labels"]["tenantplane.dev/workload"]
    namespace = next(
        each.inputs["metadata"]
        for each in local_stack().of(NAMESPACE)
        if each.inputs["metadata"]["name"] == made["metadata"]["namespace"]
    )
    assert kind in namespace["annotations"]["tenantplane.dev/workloads"].split(",")
    assert template["spec"]["runtimeClassName"] in parameters(RUNTIMES)[kind].split(",")


def stating(*capabilities: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Metadata of the namespace and the container of a tenant whose workload states capabilities."""
    workload = plan("pelican-games").tenant.workloads[0].model_copy(update={"capabilities": capabilities})
    assert isinstance(workload, Workload)
    made = rendered(plan("pelican-games", workloads=(workload,)))
    (deployment,) = workloads(made)
    container = deployment.inputs["spec"]["template"]["spec"]["containers"][0]
    return made.one(NAMESPACE, "pelican-games").inputs["metadata"], container


def test_stated_capabilities_are_the_namespaces_and_the_containers_and_nothing_else_gives_way() -> None:
    """C4: root, inside a kernel of its own, with what it states; the rest of the profile stays."""
    metadata, container = stating("CHOWN", "SETUID")
    assert metadata["annotations"]["capabilities.tenantplane.dev/agent-sessions"] == "CHOWN,SETUID"
    levels = {key.rpartition("/")[2]: value for key, value in metadata["labels"].items() if "pod-security" in key}
    assert (levels["enforce"], levels["audit"], levels["warn"]) == ("baseline", "restricted", "restricted")
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"add": ["CHOWN", "SETUID"], "drop": ["ALL"]},
        "privileged": False,
        "readOnlyRootFilesystem": True,
        "runAsNonRoot": False,
        "runAsUser": 0,
        "runAsGroup": 0,
    }


def test_without_any_the_namespace_is_restricted() -> None:
    metadata, container = stating()
    assert metadata["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert not any(key.startswith("capabilities.") for key in metadata["annotations"])
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
