"""Mistakes about agent sandboxes: in tier, cluster and tenant. One row each, with the message it gets (C3, C5)."""

# ruff: noqa: E501  a message is one line

from tests.unit.settings.flip import ACME, BIG_CORP, RUNTIMES, TIERS, TOPOLOGY, Flip
from tests.unit.settings.small_catalogue import WITH_SANDBOXES


def flip(name: str, file: str, old: str, new: str, *expected: str) -> Flip:
    return Flip(name, file, old, new, expected, WITH_SANDBOXES)


# fmt: off
FLIPS = (
    flip('unknown addon', TOPOLOGY, '[agent-sandbox]', '[agent-sandbx]', "topology/test.yaml:63: clusters[0].addons[0]: 'agent-sandbx' is not known (did you mean 'agent-sandbox'?); allowed: agent-sandbox, calico-policy, cloudnative-pg, envoy-gateway, gateway-api, istio, kueue, policy-controller, prometheus-operator, tetragon, volume-snapshots"),
    flip('addon twice', TOPOLOGY, '[agent-sandbox]', '[agent-sandbox, agent-sandbox]', "topology/test.yaml:63: clusters[0].addons: 'agent-sandbox' is listed twice; allowed: each value once"),
    flip('more sandboxes warm than the tier may keep', TIERS, '{warm: 2, max: 6,', '{warm: 2, max: 1,', "tiers.yaml:39: tiers[1].sandboxes.max: max 1 is below warm 2; allowed: at least 2"),
    flip('sandboxes that live shorter than they idle', TIERS, 'lifetime_minutes: 120', 'lifetime_minutes: 20', "tiers.yaml:39: tiers[1].sandboxes.lifetime_minutes: lifetime_minutes 20 is below idle_minutes 30; allowed: at least 30"),
    flip('sandboxes that live for ever', TIERS, 'lifetime_minutes: 120', 'lifetime_minutes: 0', "tiers.yaml:39: tiers[1].sandboxes.lifetime_minutes: 0 is out of range; allowed: a whole number from 1 to 10080"),
    flip('sandboxes without a lifetime', TIERS, ', lifetime_minutes: 120', '', "tiers.yaml:39: tiers[1].sandboxes.lifetime_minutes is missing"),
    flip('idle as text', TIERS, 'lifetime_minutes: 120', 'lifetime_minutes: 120, idle_minutes: 30m', "tiers.yaml:39: tiers[1].sandboxes.idle_minutes: '30m' is not a whole number; allowed: a whole number from 1 to 10080"),
    flip('sandbox image by tag', BIG_CORP, 'registry.example.com/sandbox@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef', 'registry.example.com/sandbox:v1', "tenants/big-corp.yaml:24: sandboxes.image: 'registry.example.com/sandbox:v1' is not an image by digest; allowed: registry/name@sha256: and 64 hexadecimal digits; a tag can move"),
    flip('sandboxes without an image', BIG_CORP, '  image: registry.example.com/sandbox@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n', '', "tenants/big-corp.yaml:23: sandboxes.image is missing"),
    flip('warm below none', BIG_CORP, 'warm: 3', 'warm: -1', "tenants/big-corp.yaml:25: sandboxes.warm: -1 is negative; allowed: a whole number from 0 to 1000"),
    flip('sandbox limits below its requests', BIG_CORP, 'limits: {cpu: 200m, memory: 128Mi}', 'limits: {cpu: 50m, memory: 128Mi}', "tenants/big-corp.yaml:27: sandboxes.limits: limits are below requests; allowed: at least cpu 100m, memory 128Mi"),
    flip('unknown key of sandboxes', BIG_CORP, '  warm: 3', '  wram: 3', "tenants/big-corp.yaml:25: unknown key 'sandboxes.wram' (did you mean 'warm'?); allowed: image, limits, requests, runtime, warm"),
    flip('sandboxes in a tier without', ACME, 'budget:\n', 'sandboxes: {image: registry.example.com/sandbox@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef}\nbudget:\n', "tenants/acme.yaml:20: sandboxes: tier 'solo' has none; allowed: no sandboxes, or a tier of large"),
    flip('more warm than the tier allows', BIG_CORP, 'warm: 3', 'warm: 7', "tenants/big-corp.yaml:25: sandboxes.warm: 7 is above what tier 'large' may have; allowed: 0 to 6"),
    flip('unknown sandbox runtime', BIG_CORP, 'memory: 128Mi}\n  runtime: gvisor', 'memory: 128Mi}\n  runtime: gviser', "tenants/big-corp.yaml:28: runtime 'gviser' is not known (did you mean 'gvisor'?); allowed: gvisor, kata-gpu, runc"),
    flip('sandboxes in plain containers', BIG_CORP, 'memory: 128Mi}\n  runtime: gvisor', 'memory: 128Mi}\n  runtime: runc', "tenants/big-corp.yaml:28: sandboxes.runtime: runtime 'runc' may not execute agents' code; allowed: gvisor"),
    flip('sandboxes with a GPU', BIG_CORP, 'memory: 128Mi}\n  runtime: gvisor', 'memory: 128Mi}\n  runtime: kata-gpu', "tenants/big-corp.yaml:28: sandboxes.runtime: runtime 'kata-gpu' may not execute agents' code; allowed: gvisor"),
    flip('a runtime that is on no sandbox node', RUNTIMES, 'pools: [sandbox, dedicated]', 'pools: [cpu, dedicated]', "tenants/big-corp.yaml:28: sandboxes.runtime: runtime 'gvisor' may not execute agents' code; allowed: none"),
    flip('sandboxes on a cluster without', TOPOLOGY, '    addons: [agent-sandbox]\n', '', "tenants/big-corp.yaml:23: sandboxes: cluster 'main' does not have the addon agent-sandbox; allowed: a cluster with addons: [agent-sandbox]"),
    flip('no sandbox pool', TOPOLOGY, 'kind: sandbox', 'kind: cpu', "tenants/big-corp.yaml:23: sandboxes: cluster 'main' has no node pool for them; allowed: a pool of kind sandbox"),
    flip('warm sandboxes above the quota', BIG_CORP, 'requests: {cpu: 100m, memory: 128Mi}\n  limits: {cpu: 200m, memory: 128Mi}', 'requests: {cpu: 2, memory: 128Mi}', "tenants/big-corp.yaml:25: the workloads at their least replicas and the warm sandboxes need requests.cpu 6650m; allowed: at most requests.cpu 4, by tier and quota"),
    flip('warm sandboxes above the nodes', TOPOLOGY, '- name: boxes\n        kind: sandbox\n        min_nodes: 1\n        max_nodes: 5\n        capacity: {cpu: 8, memory: 32Gi, ephemeral_storage: 100Gi}', '- name: boxes\n        kind: sandbox\n        min_nodes: 1\n        max_nodes: 5\n        capacity: {cpu: 300m, memory: 256Mi, ephemeral_storage: 100Gi, pods: 2}', "topology/test.yaml:11: the warm sandboxes on cluster 'main' need 3 pods; allowed: at most 2, which its sandbox pools hold", "topology/test.yaml:11: the warm sandboxes on cluster 'main' need 450m cpu; allowed: at most 300m, which its sandbox pools hold", "topology/test.yaml:11: the warm sandboxes on cluster 'main' need 576Mi memory; allowed: at most 256Mi, which its sandbox pools hold"),
)
# fmt: on
