"""A catalogue small enough to read at a glance and right in every point: the good twin of every flip."""

from collections.abc import Mapping
from pathlib import Path

DIGEST = "sha256:" + "0123456789abcdef" * 4

TIERS = """\
tiers:
  - id: solo
    family: platform
    title: Solo
    guaranteed: {cpu: 1, memory: 2Gi}
    storage: 10G
    ephemeral_storage: 8Gi
    sessions_per_month: 1000
    pods: 5
    priority_class: free
    objects: {configmaps: 9, secrets: 9, services: 9, volumes: 9, controllers: 9, jobs: 9, replicasets: 99, routes: 9,
      policies: 9}
  - id: large
    family: platform
    title: Large
    guaranteed:
      cpu: 4
      memory: 8Gi
    ceiling:
      cpu: 8
      memory: 16Gi
    gpus:
      count: 1
      model: a100
      optional: true
    storage: 100G
    ephemeral_storage: 80Gi
    sessions_per_month: unlimited
    pods: 50
    pupils:
      min: 10
      max: 20
    priority_class: team
    load_balancers: 1
    data_isolation: schema
    isolation: [namespace, namespaces, dedicated-pool]
    objects: {configmaps: 9, secrets: 9, services: 9, volumes: 9, controllers: 9, jobs: 9, replicasets: 99, routes: 9,
      policies: 9}
"""

RUNTIMES = """\
runtimes:
  - id: runc
    title: Plain
    handler: runc
    pools: [cpu, dedicated]
    workloads: [homework-correction]
    default_for: [homework-correction]
  - id: gvisor
    title: gVisor
    handler: runsc
    overhead: {cpu: 50m, memory: 64Mi}
    pools: [sandbox, dedicated]
    workloads: [agent-sessions]
    default_for: [agent-sessions]
  - id: kata-gpu
    title: Kata with a GPU
    handler: kata-gpu
    pools: [gpu, dedicated]
    workloads: [agent-sessions]
    default_for: [agent-sessions]
    gpu: true
"""

REGIONS = """\
regions:
  - {id: north, title: North, jurisdiction: eu}
  - {id: south, title: South, jurisdiction: eu}
  - {id: moon, title: Moon, jurisdiction: none}
"""

TOPOLOGY = """\
environment: test
phase: one
domain: tenants.example.com
clusters:
  - name: main
    provider: localcloud
    region: north
    stands_in_for: [south]
    tiers: [solo, large]
    shards: 4
    node_pools:
      - name: general
        kind: cpu
        min_nodes: 1
        max_nodes: 5
        nodes: 2
        zones: [north-a, north-b]
        capacity: {cpu: 8, memory: 32Gi, ephemeral_storage: 100Gi}
      - name: boxes
        kind: sandbox
        min_nodes: 1
        max_nodes: 5
        capacity: {cpu: 8, memory: 32Gi, ephemeral_storage: 100Gi}
      - name: whole
        kind: gpu
        min_nodes: 1
        max_nodes: 1
        capacity: {cpu: 8, memory: 32Gi, ephemeral_storage: 100Gi}
        gpu: {model: a100, product: NVIDIA-A100-SXM4-80GB, count: 2}
      - name: slices
        kind: gpu
        min_nodes: 1
        max_nodes: 1
        capacity: {cpu: 8, memory: 32Gi, ephemeral_storage: 100Gi}
        gpu:
          model: a100
          product: NVIDIA-A100-SXM4-80GB
          count: 2
          sharing: mig
          profile: 1g.10gb
      - name: slots
        kind: gpu
        min_nodes: 1
        max_nodes: 1
        capacity: {cpu: 8, memory: 32Gi, ephemeral_storage: 100Gi}
        gpu:
          model: t4
          product: Tesla-T4
          count: 1
          sharing: time-slicing
          replicas: 4
      - name: cheap
        kind: spot
        min_nodes: 0
        max_nodes: 5
        capacity: {cpu: 8, memory: 32Gi, ephemeral_storage: 100Gi}
      - name: big-own
        kind: dedicated
        tenant: big-corp
        min_nodes: 1
        max_nodes: 2
        capacity: {cpu: 8, memory: 32Gi, ephemeral_storage: 100Gi}
"""

ACME = f"""\
id: acme
display_name: Acme
tier: solo
region: north
residency: [north, south]
groups:
  admins: [acme:admins]
  developers: [acme:devs]
workloads:
  - name: homework
    kind: homework-correction
    image: registry.example.com/homework@{DIGEST}
    replicas: {{min: 1, max: 4}}
    requests:
      cpu: 200m
      memory: 256Mi
    limits:
      cpu: 250m
      memory: 512Mi
budget:
  monthly_usd: 100
  alert_percent: 80
"""

BIG_CORP = f"""\
id: big-corp
display_name: Big Corp
tier: large
region: south
residency:
  - south
isolation: dedicated-pool
groups:
  admins:
    - big:admins
  viewers:
    - big:auditors
workloads:
  - name: sessions
    kind: agent-sessions
    image: registry.example.com/sessions@{DIGEST}
    runtime: gvisor
    replicas: {{min: 2, max: 9}}
quota:
  reason: Agreed in the contract of May
  ceiling: {{cpu: 10, memory: 16Gi}}
budget: {{monthly_usd: 5000}}
lifecycle: active
"""

FILES: Mapping[str, str] = {
    "tiers.yaml": TIERS,
    "runtimes.yaml": RUNTIMES,
    "regions.yaml": REGIONS,
    "topology/test.yaml": TOPOLOGY,
    "tenants/acme.yaml": ACME,
    "tenants/big-corp.yaml": BIG_CORP,
}

WITH_SANDBOXES: Mapping[str, str] = {
    **FILES,
    "tiers.yaml": TIERS + "    sandboxes: {warm: 2, max: 6, lifetime_minutes: 120}\n",
    "topology/test.yaml": TOPOLOGY + "    addons: [agent-sandbox]\n",
    "tenants/big-corp.yaml": BIG_CORP.replace("isolation: dedicated-pool\n", "")
    + f"""\
sandboxes:
  image: registry.example.com/sandbox@{DIGEST}
  warm: 3
  requests: {{cpu: 100m, memory: 128Mi}}
  limits: {{cpu: 200m, memory: 128Mi}}
  runtime: gvisor
""",
}
"""The same with agent sandboxes: a tier that has them, a cluster that runs them, a tenant that uses them."""

WITH_EGRESS: Mapping[str, str] = {
    **FILES,
    "topology/test.yaml": TOPOLOGY + "    addons: [calico-policy]\n",
    "tenants/acme.yaml": ACME + "egress: [203.0.113.0/24, '2001:db8::/32']\n",
}
"""The same with a tenant that may reach something outside."""

WITH_NAMESPACES: Mapping[str, str] = {
    **FILES,
    "tiers.yaml": TIERS.replace("9", "99"),
    "topology/test.yaml": TOPOLOGY + "    addons: [kueue]\n",
    "tenants/big-corp.yaml": BIG_CORP.replace("isolation: dedicated-pool\n", "isolation: namespaces\n")
    + """\
namespaces:
  jobs_share: 10
  connected: true
  children:
    - {name: staging, share: 20}
    - name: lab-2
      share: 15
      retire:
        approved_by: ops@tenantplane.example
        final_snapshot: snap-lab-2
        reason: The laboratory has closed
""",
}
"""The same with a tenant that has namespaces beside its home, one of them on its way out (A6)."""

WITH_VIRTUAL: Mapping[str, str] = {
    **FILES,
    "tiers.yaml": TIERS.replace("dedicated-pool]", "virtual-control-plane, dedicated-pool]"),
    "topology/test.yaml": TOPOLOGY
    + f"""\
    addons: [calico-policy]
    images:
      vcluster: registry.example.com/vcluster@{DIGEST}
      vcluster_kubernetes: registry.example.com/kubernetes@{DIGEST}
      vcluster_dns: registry.example.com/coredns@{DIGEST}
""",
    "tenants/big-corp.yaml": BIG_CORP.replace("isolation: dedicated-pool\n", "isolation: virtual-control-plane\n"),
}
"""The same with a tenant that has an API server of its own (A6)."""


def write(root: Path, files: Mapping[str, str] = FILES) -> Path:
    """The catalogue as files under root, which is returned."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root
