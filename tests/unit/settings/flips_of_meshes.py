"""Mistakes about meshes over clusters (E3, H3). One row each, with the message it gets."""

# ruff: noqa: E501  a message is one line

from collections.abc import Mapping

from tests.unit.settings.flip import TOPOLOGY, Flip
from tests.unit.settings.flips_of_clusters import TWO_CLUSTERS

_FIRST = "    mesh: {name: joined, addresses: [10.1.0.0/16]}\n    addons: [istio]\n"
_SECOND = _FIRST.replace("10.1.", "10.2.")
MESHED: Mapping[str, str] = {
    **TWO_CLUSTERS,
    TOPOLOGY: TWO_CLUSTERS[TOPOLOGY]
    .replace("    shards: 4\n", "    shards: 4\n" + _FIRST)
    .replace("    stands_by_for: [main]\n", "    stands_by_for: [main]\n" + _SECOND),
}
"""Two clusters of the same tiers in one mesh."""

# fmt: off
FLIPS = (
    Flip('a mesh over two tiers', TOPOLOGY, 'stands_by_for: [main]\n' + _SECOND + '    tiers: [solo, large]', 'stands_by_for: [main]\n' + _SECOND + '    tiers: [large]', ("topology/test.yaml:68: mesh 'joined' joins clusters 'main' and 'other' of other tiers; allowed: a mesh of the tiers large, solo alone",), twin=MESHED),
    Flip('a cluster that the others of its mesh cannot find', TOPOLOGY, ', addresses: [10.2.0.0/16]', '', ("topology/test.yaml:68: mesh 'joined': main cannot tell where cluster 'other' is; allowed: addresses, of its east-west gateway and its callers",), twin=MESHED),
    Flip('a mesh that nobody is told of', TOPOLOGY, _SECOND, _SECOND.replace('[istio]', '[]'), ("topology/test.yaml:68: clusters[1].mesh: a mesh without the addon istio: nobody has an identity; allowed: mesh with a name, and istio among addons",), twin=MESHED),
    Flip('a mesh without any add-on', TOPOLOGY, _SECOND, _SECOND.replace('    addons: [istio]\n', ''), ("topology/test.yaml:68: clusters[1].mesh: a mesh without the addon istio: nobody has an identity; allowed: mesh with a name, and istio among addons",), twin=MESHED),
    Flip('istio without a mesh', TOPOLOGY, _SECOND, '    addons: [istio]\n', ("topology/test.yaml:64: clusters[1].mesh: istio without mesh: nobody has an identity; allowed: mesh with a name, and istio among addons",), twin=MESHED),
    Flip('a mesh without a name', TOPOLOGY, 'mesh: {name: joined, addresses: [10.2.0.0/16]}', 'mesh: {addresses: [10.2.0.0/16]}', ("topology/test.yaml:68: clusters[1].mesh.name is missing",), twin=MESHED),
    Flip('addresses of a mesh without a length', TOPOLOGY, '[10.2.0.0/16]', '[10.2.0.1]', ("topology/test.yaml:68: clusters[1].mesh.addresses[0]: '10.2.0.1' has no length; allowed: a range such as 203.0.113.0/24 or 2001:db8::/32, of at most a /8 or for IPv6 a /16",), twin=MESHED),
)
# fmt: on
