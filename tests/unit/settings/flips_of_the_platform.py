"""Mistakes in tiers, topology, runtimes and regions. One row each, with the message it gets."""

# ruff: noqa: E501  a message is one line

from tests.unit.settings.flip import ACME, REGIONS, RUNTIMES, TIERS, TOPOLOGY, Flip

# fmt: off
FLIPS = (
    Flip('two tiers of one id', TIERS, '  - id: large', '  - id: solo', ("tenants/big-corp.yaml:3: tier 'large' is not known; allowed: solo", "tiers.yaml:13: id 'solo' is given again (first on line 2); allowed: each id once", "topology/test.yaml:9: tier 'large' is not known; allowed: solo",)),
    Flip('unknown key of a tier', TIERS, '    title: Solo\n', '    title: Solo\n    pupil: {max: 9}\n', ("tiers.yaml:5: unknown key 'tiers[0].pupil' (did you mean 'pupils'?); allowed: ceiling, data_isolation, ephemeral_storage, family, gpus, guaranteed, id, isolation, load_balancers, objects, pods, priority_class, pupils, requests_per_minute, sandboxes, sessions_per_month, storage, title",)),
    Flip('unknown family', TIERS, '    family: platform\n    title: Solo\n', '    family: platfrom\n    title: Solo\n', ("tiers.yaml:3: tiers[0].family: 'platfrom' is not known (did you mean 'platform'?); allowed: education, platform",)),
    Flip('ceiling below guarantee', TIERS, '      cpu: 8\n', '      cpu: 2\n', ('tiers.yaml:19: tiers[1].ceiling: the ceiling is below what is guaranteed; allowed: at least cpu 4, memory 8Gi',)),
    Flip('sessions as a word', TIERS, 'sessions_per_month: unlimited', 'sessions_per_month: many', ("tiers.yaml:28: tiers[1].sessions_per_month: 'many' is not a number of sessions; allowed: a whole number from 1, or unlimited",)),
    Flip('sessions negative', TIERS, 'sessions_per_month: 1000', 'sessions_per_month: -1', ('tiers.yaml:8: tiers[0].sessions_per_month: -1 is out of range; allowed: a whole number from 1, or unlimited',)),
    Flip('pupils backwards', TIERS, '      max: 20', '      max: 5', ('tiers.yaml:32: tiers[1].pupils.max: max 5 is below min 10; allowed: at least 10',)),
    Flip('priority of the platform', TIERS, 'priority_class: free', 'priority_class: critical', ("tiers.yaml:10: tiers[0].priority_class: 'critical' is not known; allowed: batch, enterprise, free, team",)),
    Flip('optional as a word', TIERS, 'optional: true', 'optional: yes', ("tiers.yaml:25: tiers[1].gpus.optional: 'yes' is not true or false; allowed: true, false",)),
    Flip('object counts left out', TIERS, '    priority_class: free\n    objects: {configmaps: 9, secrets: 9,', '    priority_class: free\n    objects: {secrets: 9,', ('tiers.yaml:11: tiers[0].objects.configmaps is missing',)),
    Flip("environment not the file's name", TOPOLOGY, 'environment: test', 'environment: prod', ("topology/test.yaml:1: environment 'prod' is not the file's name; allowed: test",)),
    Flip('environment with a hyphen', TOPOLOGY, 'environment: test', 'environment: te-st', ("topology/test.yaml:1: environment: 'te-st' is not an environment; allowed: 2 to 16 lower-case letters and digits",)),
    Flip('unknown phase', TOPOLOGY, 'phase: one', 'phase: two and a half', ("topology/test.yaml:2: phase: 'two and a half' is not known; allowed: one, three, two",)),
    Flip('domain without a dot', TOPOLOGY, 'domain: tenants.example.com', 'domain: localhost', ("topology/test.yaml:3: domain: 'localhost' is not a DNS domain; allowed: a domain such as tenants.example.com",)),
    Flip('stands in for regions in phase two', TOPOLOGY, 'phase: one', 'phase: two', ("topology/test.yaml:8: stands_in_for in phase two: tenants' data would leave their regions; allowed: phase one only",)),
    Flip('unknown region of a cluster', TOPOLOGY, 'region: north', 'region: nord', ("topology/test.yaml:7: region 'nord' is not known; allowed: moon, north, south",)),
    Flip('unknown tier of a cluster', TOPOLOGY, 'tiers: [solo, large]', 'tiers: [solo, large, huge]', ("topology/test.yaml:9: tier 'huge' is not known; allowed: large, solo",)),
    Flip('too many shards', TOPOLOGY, 'shards: 4', 'shards: 65', ('topology/test.yaml:10: clusters[0].shards: 65 is out of range; allowed: a whole number from 1 to 64',)),
    Flip('kubeconfig without path', TOPOLOGY, 'provider: localcloud', 'provider: kubeconfig', ('topology/test.yaml:5: clusters[0].kubeconfig: provider kubeconfig names no kubeconfig; allowed: the path of a kubeconfig file',)),
    Flip('local databases of a cluster elsewhere', TOPOLOGY, 'provider: localcloud', 'provider: kubeconfig\n    kubeconfig: ~/.kube/config\n    databases: local', ('topology/test.yaml:8: clusters[0].databases: databases local, and the cluster is not of this machine; allowed: no databases',)),
    Flip('localcloud with a path', TOPOLOGY, 'provider: localcloud', 'provider: localcloud\n    kubeconfig: ~/.kube/config', ('topology/test.yaml:7: clusters[0].kubeconfig: provider localcloud makes its own kubeconfig; allowed: no kubeconfig',)),
    Flip('two pools of one name', TOPOLOGY, '- name: boxes', '- name: general', ("topology/test.yaml:19: name 'general' is given again (first on line 12); allowed: each name once",)),
    Flip('unknown pool kind', TOPOLOGY, 'kind: sandbox', 'kind: sandbx', ("topology/test.yaml:20: clusters[0].node_pools[1].kind: 'sandbx' is not known (did you mean 'sandbox'?); allowed: cpu, dedicated, gpu, sandbox, spot, system",)),
    Flip('more nodes than the bound', TOPOLOGY, '        nodes: 2\n', '        nodes: 6\n', ('topology/test.yaml:16: clusters[0].node_pools[0].nodes: nodes 6 is out of the bounds; allowed: 1 to 5',)),
    Flip('no nodes at all', TOPOLOGY, '        max_nodes: 5\n        nodes: 2\n', '        max_nodes: 0\n', ('topology/test.yaml:15: clusters[0].node_pools[0].max_nodes: max_nodes 0 is below one; allowed: at least 1',)),
    Flip('gpu pool without gpu', TOPOLOGY, '        gpu: {model: a100, product: NVIDIA-A100-SXM4-80GB, count: 2}\n', '', ('topology/test.yaml:24: clusters[0].node_pools[2].gpu: a pool of kind gpu names no gpu; allowed: gpu with model, product and count',)),
    Flip('cpu pool with gpu', TOPOLOGY, '        zones: [north-a, north-b]\n', '        gpu: {model: t4, product: Tesla-T4, count: 1}\n', ('topology/test.yaml:17: clusters[0].node_pools[0].gpu: a pool of kind cpu has no gpu; allowed: kind gpu, spot or dedicated',)),
    Flip('unknown MIG profile', TOPOLOGY, 'profile: 1g.10gb', 'profile: 1g.5gb', ("topology/test.yaml:40: clusters[0].node_pools[3].gpu.profile: '1g.5gb' is no MIG profile of NVIDIA-A100-SXM4-80GB; allowed: 1g.10gb, 1g.20gb, 2g.20gb, 3g.40gb, 4g.40gb, 7g.80gb",)),
    Flip('too many slices', TOPOLOGY, 'profile: 1g.10gb', 'profile: 1g.10gb\n          replicas: 8', ('topology/test.yaml:41: clusters[0].node_pools[3].gpu.replicas: 8 slices do not fit on one device; allowed: 1 to 7',)),
    Flip('time slices of one', TOPOLOGY, 'replicas: 4', 'replicas: 1', ('topology/test.yaml:51: clusters[0].node_pools[4].gpu.replicas: time-slicing needs the number of replicas; allowed: 2 to 48',)),
    Flip('spot that is on demand', TOPOLOGY, '        kind: spot\n', '        kind: spot\n        lifecycle: on-demand\n', ('topology/test.yaml:54: clusters[0].node_pools[5].lifecycle: a pool of kind spot is not on-demand; allowed: spot',)),
    Flip('dedicated to nobody', TOPOLOGY, '        tenant: big-corp\n', '', ('topology/test.yaml:57: clusters[0].node_pools[6].tenant: a dedicated pool names no tenant; allowed: tenant with the id of a tenant',)),
    Flip('dedicated to a stranger', TOPOLOGY, 'tenant: big-corp', 'tenant: big-crop', ("topology/test.yaml:59: tenant 'big-crop' is not known (did you mean 'big-corp'?); allowed: acme, big-corp",)),
    Flip('tenant of a shared pool', TOPOLOGY, '        kind: sandbox\n', '        kind: sandbox\n        tenant: acme\n', ('topology/test.yaml:21: clusters[0].node_pools[1].tenant: a pool of kind sandbox belongs to no tenant; allowed: kind dedicated',)),
    Flip('label of the platform', TOPOLOGY, '        zones: [north-a, north-b]\n', '        labels: {tenantplane.dev/pool: mine}\n', ("topology/test.yaml:17: clusters[0].node_pools[0].labels: label 'tenantplane.dev/pool' is set by the platform; allowed: no label under tenantplane.dev/, runtime.tenantplane.dev/, node-restriction.kubernetes.io/, kubernetes.io/, topology.kubernetes.io/",)),
    Flip('taint with an unknown effect', TOPOLOGY, '        zones: [north-a, north-b]\n', '        taints: [{key: a, effect: NoWay}]\n', ("topology/test.yaml:17: clusters[0].node_pools[0].taints[0].effect: 'NoWay' is not known; allowed: NoExecute, NoSchedule, PreferNoSchedule",)),
    Flip('more guaranteed than there is', ACME, 'budget:\n', 'quota:\n  reason: They pay for it in gold\n  guaranteed: {cpu: 100, memory: 2Gi}\n  ceiling: {cpu: 100, memory: 2Gi}\nbudget:\n', ("topology/test.yaml:11: cluster 'main' guarantees 100 cpu to its tenants; allowed: at most 48, which its node pools hold",)),
    Flip('GPUs where the cluster has none that fit', TIERS, '      model: a100\n      optional: true\n', '      model: h100\n', ("tenants/big-corp.yaml:3: cluster 'main' has no node pool with the GPUs of tier 'large'; allowed: a pool of kind gpu with model h100, sharing none, or quota with another gpu_pool",)),
    Flip('dedicated pool too small', TOPOLOGY, '        max_nodes: 2\n        capacity: {cpu: 8, memory: 32Gi, ephemeral_storage: 100Gi}', '        max_nodes: 2\n        capacity: {cpu: 2, memory: 32Gi, ephemeral_storage: 100Gi}', ("topology/test.yaml:11: the dedicated pool of 'big-corp' holds less than its quota guarantees; allowed: at least cpu 4, memory 8Gi",)),
    Flip('monitoring that tells nobody', TOPOLOGY, '    shards: 4\n', '    shards: 4\n    addons: [prometheus-operator]\n', ('topology/test.yaml:11: clusters[0].addons: prometheus-operator without alerts: nobody is told; allowed: alerts with on_call, sender, smarthost',)),
    Flip('unknown pool kind of a runtime', RUNTIMES, 'pools: [sandbox, dedicated]', 'pools: [sandbox, dedicted]', ("runtimes.yaml:12: runtimes[1].pools[1]: 'dedicted' is not known (did you mean 'dedicated'?); allowed: cpu, dedicated, gpu, sandbox, spot, system",)),
    Flip('two runtimes of one id', RUNTIMES, '  - id: kata-gpu', '  - id: runc', ("runtimes.yaml:15: id 'runc' is given again (first on line 2); allowed: each id once",)),
    Flip('two regions of one id', REGIONS, '  - {id: moon,', '  - {id: north,', ("regions.yaml:4: id 'north' is given again (first on line 2); allowed: each id once",)),
)
# fmt: on
