"""verify sees whatever is wrong with the mesh's objects on a live cluster (E3, I4)."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from fleet.verify.live import Live
from fleet.verify.looks.mesh import everywhere, opening
from fleet.verify.place import Place, Site, places
from fleet.verify.planning import EMPTY
from settings.mesh import MESH_NAMESPACE
from tests.unit.components.mesh_environment import Object, meshed, place

pytestmark = pytest.mark.xdist_group("mesh")  # rendered once

HOME = "tenant-acme-robotics"


def site() -> Site:
    (cluster,) = (each for each in meshed().topology.clusters if each.name == "enterprise")
    return Site(cluster=cluster, catalogue=meshed(), plans=place("enterprise").plans, run="run", own="own-namespace")


def own() -> Place:
    return next(each for each in places(site(), EMPTY) if each.namespace == HOME)


def said(objects: list[Object]) -> list[str]:
    kinds: dict[str, list[Object]] = {"AuthorizationPolicy": [], "PeerAuthentication": []}
    for each in objects:
        if each["kind"] in kinds:
            kinds[each["kind"]].append(each)
    live = Live.made_of(kinds)
    return [*opening(own(), live), *everywhere(site(), live)]


def one(objects: list[Object], kind: str, namespace: str) -> Object:
    return next(each for each in objects if (each["kind"], each["metadata"]["namespace"]) == (kind, namespace))


def _more(kind: str, namespace: str, spec: dict[str, Any]) -> Callable[[list[Object]], object]:
    return lambda held: held.append({"kind": kind, "metadata": {"name": "more", "namespace": namespace}, "spec": spec})


def _principals(held: list[Object]) -> None:
    source = one(held, "AuthorizationPolicy", HOME)["spec"]["rules"][0]["from"][0]["source"]
    source["principals"][0] = "enterprise.mesh.staging.tenantplane.example/ns/tenant-northwind-bank/sa/*"


SABOTAGE: dict[str, tuple[Callable[[list[Object]], object], str]] = {
    "somebody else is let in": (_principals, "and not 'enterprise.mesh.staging.tenantplane.example/ns/tenant-acme"),
    "the policy is gone": (
        lambda held: held.remove(one(held, "AuthorizationPolicy", HOME)), "there is no AuthorizationPolicy tenant"),
    "one more in its namespace": (_more("AuthorizationPolicy", HOME, {"rules": [{}]}), "more in tenant-acme-robotics"),
    "its namespace hears everybody": (
        _more("PeerAuthentication", HOME, {"mtls": {"mode": "DISABLE"}}), "PeerAuthentication more"),
    "nobody is strict": (
        lambda held: one(held, "PeerAuthentication", MESH_NAMESPACE)["spec"].update(mtls={"mode": "PERMISSIVE"}),
        "spec.mtls.mode is 'PERMISSIVE' and not 'STRICT'"),
    "strict for some alone": (
        lambda held: one(held, "PeerAuthentication", MESH_NAMESPACE)["spec"].update(selector={"matchLabels": {}}),
        "has selector besides"),
    "everybody is let in": (
        lambda held: one(held, "AuthorizationPolicy", MESH_NAMESPACE)["spec"].update(rules=[{}]),
        "default-deny has rules besides"),
    "the default deny is gone": (
        lambda held: held.remove(one(held, "AuthorizationPolicy", MESH_NAMESPACE)),
        "there is no AuthorizationPolicy default-deny"),
    "one more for all": (_more("AuthorizationPolicy", MESH_NAMESPACE, {"rules": [{}]}), "more in istio-system"),
}  # fmt: skip


def test_what_is_rendered_is_right() -> None:
    assert said(place("enterprise").objects) == []


@pytest.mark.parametrize("name", SABOTAGE)
def test_one_thing_wrong_is_told_in_one_line(name: str) -> None:
    do, words = SABOTAGE[name]
    held = copy.deepcopy(place("enterprise").objects)
    do(held)
    (line,) = said(held)
    assert words in line
