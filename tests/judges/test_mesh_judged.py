"""istiod's own validation over the mesh's objects: no error, no warning, and it notices what is bad (E3)."""

import copy
import json
import subprocess
from collections.abc import Iterable
from typing import Any

import pytest
import yaml

from localcloud.toolchain import tool
from tests.unit.components.mesh_environment import MESHES, Object, gateway_scope, objects, whole_cluster

pytestmark = pytest.mark.xdist_group("mesh")  # rendered once


def mesh_configuration(cluster: str) -> Object:
    """What istiod is told of a cluster's mesh, as an object to judge."""
    told = whole_cluster(cluster).one("kubernetes:core/v1:ConfigMap", "mesh-configuration").inputs["data"]["mesh"]
    return {"kind": "MeshConfig", "metadata": {"name": cluster}, "spec": yaml.safe_load(told)}


def judged(made: Iterable[Object]) -> list[dict[str, str]]:
    done = subprocess.run(
        [str(tool("mesh-judge"))], input=json.dumps(list(made)), capture_output=True, text=True, check=True
    )
    said: list[dict[str, str]] = json.loads(done.stdout)
    return said


def test_istiod_takes_every_object_of_the_mesh_without_a_warning() -> None:
    made = [each for cluster in MESHES for each in (*objects(whole_cluster(cluster)), mesh_configuration(cluster))]
    said = judged([*made, gateway_scope()])
    assert len(said) == len(made) + 1 > 20
    assert {each["kind"] for each in said} == {
        "AuthorizationPolicy",
        "DestinationRule",
        "Gateway",
        "MeshConfig",
        "PeerAuthentication",
        "Sidecar",
    }
    assert [each for each in said if each["errors"] or each["warnings"]] == []


BAD: dict[str, tuple[str, tuple[str | int, ...], Any, str]] = {
    "a mode that is none": ("PeerAuthentication", ("spec", "mtls", "mode"), "STRIKT", "invalid value for enum"),
    "a port's mode without a selector": (
        "PeerAuthentication", ("spec", "portLevelMtls"), {"8080": {"mode": "STRICT"}}, "port level mTLS"),
    "a port that is none": ("Sidecar", ("spec", "ingress", 0, "port", "number"), 70_000, "port number"),
    "an end outside the pod": (
        "Sidecar", ("spec", "ingress", 0, "defaultEndpoint"), "10.0.0.1:8081", "defaultEndpoint"),
    "a service without its namespace": (
        "Sidecar", ("spec", "egress", 0, "hosts"), ["tenant-b"], "must be of form namespace/dnsName"),
    "a rule that asks nothing of the source": (
        "AuthorizationPolicy", ("spec", "rules"), [{"from": [{"source": {}}]}], "from"),
    "a port by name": (
        "AuthorizationPolicy", ("spec", "rules"), [{"to": [{"operation": {"ports": ["http"]}}]}], "port"),
    "a time without a unit": (
        "DestinationRule", ("spec", "trafficPolicy", "outlierDetection", "interval"), "10", "invalid"),
    "a gateway that opens what it should pass on": (
        "Gateway", ("spec", "servers", 0, "tls", "mode"), "SIMPLE", "certificate"),
    "a version that is no enum": ("MeshConfig", ("spec", "meshMTLS", "minProtocolVersion"), "TLSV1_4", "enum"),
    "a key that istiod does not know": ("MeshConfig", ("spec", "trustDomane"), "x.example", "unknown field"),
}  # fmt: skip


def test_it_notices_what_is_bad() -> None:
    """All in one run: every mutant of an object that was right."""
    good = [*objects(whole_cluster("enterprise")), mesh_configuration("enterprise")]
    mutants = []
    for kind, path, value, _ in BAD.values():
        mutant = copy.deepcopy(next(each for each in good if each["kind"] == kind))
        place: Any = mutant
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        mutants.append(mutant)
    said = dict(zip(BAD, judged(mutants), strict=True))
    assert {name: words for name, (*_, words) in BAD.items() if words not in said[name]["errors"]} == {}, said
