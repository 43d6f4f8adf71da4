"""The table of node pools at the end of `up`."""

import io
from dataclasses import replace
from typing import Any

from rich.console import Console

from bench.onboarding.project import CHECKOUT
from fleet.pool_status import pool_statuses, print_pools
from settings import load_catalogue

(CLUSTER,) = load_catalogue(CHECKOUT / "catalog", "local").topology.clusters


def node(name: str, pool: str, ready: str = "True") -> dict[str, Any]:
    conditions = [{"type": "Ready", "status": ready}]
    return {"metadata": {"name": name, "labels": {"tenantplane.dev/pool": pool}}, "status": {"conditions": conditions}}


def pod(on: str | None, phase: str = "Running") -> dict[str, Any]:
    return {"spec": {"nodeName": on} if on else {}, "status": {"phase": phase}}


def lines(nodes: list[dict[str, Any]], pods: list[dict[str, Any]]) -> dict[str, str]:
    text = io.StringIO()
    print_pools(Console(file=text, width=180, highlight=False, markup=False), pool_statuses(CLUSTER, nodes, pods))
    return {line.split()[0]: " ".join(line.split()) for line in text.getvalue().splitlines() if line.strip()}


def test_a_line_tells_nodes_runtimes_gpus_and_pods() -> None:
    found = lines(
        [node("a", "general"), node("b", "general", "False"), node("c", "sandbox"), node("d", "gpu-t4-shared")],
        [pod("a"), pod("a"), pod("a", "Pending"), pod("c"), pod(None, "Pending"), pod("gone")],
    )
    assert found["general"] == "general cpu 1/2-20 runc - 2"
    assert found["sandbox"] == "sandbox sandbox 1/2-20 confidential gvisor kata - 1"
    assert found["gpu-t4-shared"] == "gpu-t4-shared gpu 1/0-4 kata-gpu 16 x gpu.shared (t4, time slots) 0"
    assert found["gpu-a100-mig"].endswith("56 x mig-1g.10gb (a100, MIG) 0")
    assert found["northwind"].startswith("northwind dedicated of northwind-bank 0/2-4")
    assert found["pool"].startswith("pool kind nodes")


def test_several_clusters_are_told_apart() -> None:
    text = io.StringIO()
    both = pool_statuses(CLUSTER, [], [])
    other = [replace(each, cluster="far") for each in both]
    print_pools(Console(file=text, width=180), [*both, *other])
    assert text.getvalue().split()[0] == "cluster"
    assert "far" in text.getvalue()
