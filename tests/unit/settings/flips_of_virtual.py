"""Mistakes about virtual control planes: in tier, cluster and tenant. One row each, with the message it gets (A6)."""

from tests.unit.settings.flip import BIG_CORP, RUNTIMES, TIERS, TOPOLOGY, Flip
from tests.unit.settings.small_catalogue import DIGEST, WITH_VIRTUAL

LEVEL = "isolation virtual-control-plane"
IMAGES = "a cluster with images: vcluster, vcluster_kubernetes, vcluster_dns"


def flip(name: str, file: str, old: str, new: str, expected: str, *, line: int = 7) -> Flip:
    """line: of big-corp's file, 7 for its isolation."""
    return Flip(name, file, old, new, (f"{BIG_CORP}:{line}: {expected}",), WITH_VIRTUAL)


FLIPS = (
    flip(
        "a virtual control plane that is not sold",
        TIERS,
        "virtual-control-plane, dedicated-pool]",
        "dedicated-pool]",
        "isolation 'virtual-control-plane' is not sold with tier 'large';"
        " allowed: dedicated-pool, namespace, namespaces",
    ),
    flip(
        "a virtual control plane without guard-rails",
        TOPOLOGY,
        "    addons: [calico-policy]\n",
        "",
        f"{LEVEL}: cluster 'main' does not have the addon calico-policy;"
        " allowed: a cluster with addons: [calico-policy]",
    ),
    flip(
        "a virtual control plane without its name server",
        TOPOLOGY,
        f"      vcluster_dns: registry.example.com/coredns@{DIGEST}\n",
        "",
        f"{LEVEL}: cluster 'main' has no image of vcluster_dns; allowed: {IMAGES}",
    ),
    flip(
        "a virtual control plane without images",
        TOPOLOGY,
        f"    images:\n      vcluster: registry.example.com/vcluster@{DIGEST}\n"
        f"      vcluster_kubernetes: registry.example.com/kubernetes@{DIGEST}\n"
        f"      vcluster_dns: registry.example.com/coredns@{DIGEST}\n",
        "",
        f"{LEVEL}: cluster 'main' has no image of vcluster, vcluster_kubernetes, vcluster_dns; allowed: {IMAGES}",
    ),
    flip(
        "a virtual control plane without a sandboxed runtime",
        RUNTIMES,
        "pools: [sandbox, dedicated]",
        "pools: [cpu, dedicated]",
        f"{LEVEL}: no runtime is the default of agent sessions and runs them on sandbox nodes;"
        " allowed: a sandboxed runtime with default_for: [agent-sessions]",
    ),
    flip(
        "a workload called as the control plane",
        BIG_CORP,
        "name: sessions",
        "name: virtual",
        "workload 'virtual' has the name of the virtual control plane's Service;"
        " allowed: any name but virtual, virtual-headless",
        line=14,
    ),
    flip(
        "a quota too small for the control plane",
        BIG_CORP,
        "replicas: {min: 2, max: 9}",
        "replicas: {min: 2, max: 9}\n    requests: {cpu: 1800m, memory: 512Mi}\n    limits: {cpu: 1800m, memory: 1Gi}",
        "the workloads at their least replicas and the virtual control plane need requests.cpu 4350m;"
        " allowed: at most requests.cpu 4, by tier and quota",
    ),
    flip(
        "workloads that are too large by themselves",
        BIG_CORP,
        "replicas: {min: 2, max: 9}",
        "replicas: {min: 3, max: 9}\n    requests: {cpu: 1800m, memory: 512Mi}\n    limits: {cpu: 1800m, memory: 1Gi}",
        "the workloads at their least replicas need requests.cpu 5550m;"
        " allowed: at most requests.cpu 4, by tier and quota",
        line=13,
    ),
    flip(
        "a store larger than the storage",
        BIG_CORP,
        "  ceiling: {cpu: 10, memory: 16Gi}",
        "  storage: 1G",
        f"{LEVEL} needs 5Gi of storage; allowed: at most 1G, by tier and quota",
    ),
    flip(
        "no scratch space for the control plane",
        BIG_CORP,
        "  ceiling: {cpu: 10, memory: 16Gi}",
        "  ephemeral_storage: 1Gi",
        f"{LEVEL} needs 2Gi of ephemeral_storage; allowed: at most 1Gi, by tier and quota",
    ),
    flip(
        "too few objects for the control plane",
        TIERS,
        "dedicated-pool]\n    objects: {configmaps: 9, secrets: 9,",
        "dedicated-pool]\n    objects: {configmaps: 9, secrets: 5,",
        f"{LEVEL} needs objects: secrets 6; allowed: a tier with at least that; it has secrets 5",
    ),
    Flip(
        "sandboxes beside a virtual control plane",
        BIG_CORP,
        "lifecycle: active\n",
        f"lifecycle: active\nsandboxes: {{image: registry.example.com/sandbox@{DIGEST}}}\n",
        (f"{BIG_CORP}:24: sandboxes do not go with {LEVEL}; allowed: no sandboxes, or another isolation",),
        {
            **WITH_VIRTUAL,
            TIERS: WITH_VIRTUAL[TIERS] + "    sandboxes: {warm: 2, max: 6, lifetime_minutes: 120}\n",
            TOPOLOGY: WITH_VIRTUAL[TOPOLOGY].replace("[calico-policy]", "[calico-policy, agent-sandbox]"),
        },
    ),
)
