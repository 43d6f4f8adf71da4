"""Nodes of a local cluster, generated from node pools and kept alive by KWOK (C6, C7)."""

from localcloud.nodes.generate import Node, Pool, Taint, generate_nodes, node_manifest, stages
from localcloud.nodes.reconcile import Change, reconcile_nodes

__all__ = ["Change", "Node", "Pool", "Taint", "generate_nodes", "node_manifest", "reconcile_nodes", "stages"]
