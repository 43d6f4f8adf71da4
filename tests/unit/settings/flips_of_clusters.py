"""Mistakes that several clusters make with each other (H1, H3, F6). One row each, with the message it gets."""

# ruff: noqa: E501  a message is one line

from collections.abc import Mapping

from tests.unit.settings.flip import ACME, TOPOLOGY, Flip
from tests.unit.settings.small_catalogue import FILES

SECOND = """\
  - name: other
    provider: localcloud
    region: south
    stands_by_for: [main]
    tiers: [solo, large]
    node_pools:
      - name: general
        kind: cpu
        min_nodes: 1
        max_nodes: 5
        nodes: 2
        capacity: {cpu: 8, memory: 32Gi, ephemeral_storage: 100Gi}
      - name: boxes
        kind: sandbox
        min_nodes: 1
        max_nodes: 5
        capacity: {cpu: 8, memory: 32Gi, ephemeral_storage: 100Gi}
      - name: big-own
        kind: dedicated
        tenant: big-corp
        min_nodes: 1
        max_nodes: 2
        capacity: {cpu: 8, memory: 32Gi, ephemeral_storage: 100Gi}
"""

_ALONE = FILES[TOPOLOGY].replace("phase: one", "phase: two").replace("    stands_in_for: [south]\n", "")
TWO_CLUSTERS: Mapping[str, str] = {**FILES, TOPOLOGY: _ALONE + SECOND}
"""Phase two: big-corp belongs on the second cluster, acme on the first, for which the second stands by."""

_VERSIONS = ["vpc_cni", "coredns", "kube_proxy", "pod_identity_agent", "ebs_csi_driver", "snapshot_controller"]
_RUNTIMES = f"      runtimes: {{runsc: {{url: 'https://example.com/runsc.tar', sha256: {'a' * 64}}}}}\n"
_EKS = f"""\
    provider: eks
    eks:
      version: "1.34"
      addons: {{{", ".join(f"{each}: v1.20.4-eksbuild.1" for each in _VERSIONS)}}}
      images: {{standard: ami-0a1b2c3d4e5f60718}}
      admins: ["arn:aws:iam::111122223333:role/admin"]
{_RUNTIMES}"""
_AWS = """\
aws:
  account: "111122223333"
  regions: [{name: north, cidr: 10.64.0.0/16, zones: [northa, northb, northc]}]
  budget: {monthly_usd: 100, mails: [ops@example.com]}
"""
AT_AWS: Mapping[str, str] = {
    **FILES,
    TOPOLOGY: FILES[TOPOLOGY].replace("    provider: localcloud\n", _EKS).replace("north-a, north-b", "northa, northb")
    + _AWS,
}
"""One cluster on EKS."""

# fmt: off
FLIPS = (
    Flip('a stand-by for nobody', TOPOLOGY, 'stands_by_for: [main]', 'stands_by_for: [mian]', ("topology/test.yaml:65: cluster 'mian' is not known (did you mean 'main'?); allowed: main",), twin=TWO_CLUSTERS),
    Flip('a stand-by for itself', TOPOLOGY, 'stands_by_for: [main]', 'stands_by_for: [other]', ("topology/test.yaml:65: cluster 'other' stands by for itself; allowed: main",), twin=TWO_CLUSTERS),
    Flip('a stand-by of other tiers', TOPOLOGY, '    tiers: [solo, large]\n    shards: 4\n', '    tiers: [solo]\n    shards: 4\n', ("topology/test.yaml:65: cluster 'other' stands by for 'main' and serves none of its tiers; allowed: a cluster with one of the tiers solo",), twin={**TWO_CLUSTERS, TOPOLOGY: TWO_CLUSTERS[TOPOLOGY].replace("    stands_by_for: [main]\n    tiers: [solo, large]", "    stands_by_for: [main]\n    tiers: [large]")}),
    Flip('two clusters of one tier without a primary', TOPOLOGY, '    region: south\n    stands_by_for: [main]\n', '    region: north\n', ("topology/test.yaml:65: clusters main, other all serve tier 'solo' in north, and none of them is the one that others stand by for; allowed: stands_by_for on all but one of them, or placement in the file of each tenant of the tier",), twin={**TWO_CLUSTERS, "tenants/big-corp.yaml": FILES["tenants/big-corp.yaml"].replace("region: south\nresidency:\n  - south", "region: north\nplacement: {test: other}\nresidency:\n  - north\n  - south")}),
    Flip('a stand-by that is too small', ACME, 'budget:\n', 'quota:\n  reason: They pay for it in gold\n  guaranteed: {cpu: 30, memory: 2Gi}\n  ceiling: {cpu: 30, memory: 2Gi}\nbudget:\n', ("topology/test.yaml:67: if cluster 'main' were lost: cluster 'other' guarantees 30 cpu to its tenants; allowed: at most 24, which its node pools hold",), twin=TWO_CLUSTERS),
    Flip('a lost cluster as a word', TOPOLOGY, 'stands_by_for: [main]', 'stands_by_for: [main]\n    lost: maybe', ("topology/test.yaml:66: clusters[1].lost: 'maybe' is not true or false; allowed: true, false",), twin=TWO_CLUSTERS),
    Flip('placed on a cluster out of residency', ACME, 'residency: [north, south]', 'residency: [north]\nplacement: {test: other}', ("tenants/acme.yaml:6: cluster 'other' is in south, outside the tenant's residency; allowed: north",), twin=TWO_CLUSTERS),
    Flip('a cluster on EKS that says nothing of itself', TOPOLOGY, _EKS, '    provider: eks\n', ('topology/test.yaml:5: clusters[0].eks: provider eks without eks, which says its version; allowed: eks with version, addons, images, admins',), twin=AT_AWS),
    Flip('a runtime that no node fetches', TOPOLOGY, _RUNTIMES, '', ("tenants/big-corp.yaml:17: no machine of pool 'big-own' can have runtime 'gvisor'; allowed: a runtime or a pool that fits, or `environments` of the workload",), twin=AT_AWS),
    Flip('EKS of a local cluster', TOPOLOGY, '    provider: eks\n', '    provider: localcloud\n', ('topology/test.yaml:7: clusters[0].eks: eks, and the provider is localcloud; allowed: provider eks',), twin=AT_AWS),
    Flip('databases beside an Aurora', TOPOLOGY, '    provider: eks\n', '    provider: eks\n    aurora: {version: "17.5", instance_class: db.r7g.large}\n    databases: cloudnative-pg\n', ('topology/test.yaml:8: clusters[0].databases: databases cloudnative-pg, and aurora, which has them already; allowed: one of the two',), twin=AT_AWS),
    Flip('an Aurora on an account, and nobody vouches for it', TOPOLOGY, '    provider: eks\n', '    provider: eks\n    aurora: {version: "17.5", instance_class: db.r7g.large}\n', ("topology/test.yaml:4: clusters: nobody vouches for the Aurora of 'main', and the account is no AWS of one machine; allowed: aurora.authority with RDS's bundle of certificates for north",), twin=AT_AWS),
    Flip('a cluster at AWS without an account', TOPOLOGY, _AWS, '', ("topology/test.yaml:4: clusters: cluster 'main' is at AWS, and there is no account; allowed: aws with its regions",), twin=AT_AWS),
    Flip('an account for nothing', TOPOLOGY, _EKS, '    provider: localcloud\n', ('topology/test.yaml:4: clusters: an account at AWS without clusters there; allowed: clusters of provider eks, or no aws',), twin=AT_AWS),
    Flip('a region without a network', TOPOLOGY, '{name: north, cidr: 10.64.0.0/16, zones: [northa, northb, northc]}', '{name: moon, cidr: 10.64.0.0/16, zones: [moona, moonb, moonc]}', ("topology/test.yaml:4: clusters: cluster 'main' is in north, which has no network; allowed: aws.regions",), twin=AT_AWS),
    Flip('nodes in a zone without a network', TOPOLOGY, 'zones: [northa, northb]', 'zones: [northa, northd]', ("topology/test.yaml:4: clusters: pool 'general' of 'main' is in zone 'northd', where north has no network; allowed: northa, northb, northc",), twin=AT_AWS),
    Flip('Services with addresses of the network', TOPOLOGY, 'cidr: 10.64.0.0/16', 'cidr: 10.96.0.0/16', ("topology/test.yaml:4: clusters: the Services of 'main' (10.96.0.0/12) overlap with the network of north (10.96.0.0/16); allowed: service_ranges apart from it",), twin=AT_AWS),
    Flip('a network too small for its pools', TOPOLOGY, 'cidr: 10.64.0.0/16', 'cidr: 10.64.0.0/20', ("topology/test.yaml:4: clusters: the pools may grow to 1516 addresses in northa, and its subnet 10.64.0.0/22 has 1019; allowed: a wider cidr, or fewer max_nodes",), twin=AT_AWS),
    Flip('networks that overlap', TOPOLOGY, 'regions: [{name: north', 'regions: [{name: south, cidr: 10.64.128.0/17, zones: [southa, southb, southc]}, {name: north', ("topology/test.yaml:71: aws.regions: the networks of south and north overlap; allowed: ranges that are apart",), twin=AT_AWS),
)
# fmt: on
