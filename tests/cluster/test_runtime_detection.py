"""Tetragon's policies on a real API server: what the local stack holds, and what its schema and the real ones say (G5).

Of the real schema a version of 2022 can be had from a module, which is the pin `tetragon`: the policies are shown to it
whole, and what it does not know is listed here. One of today is compared where it lies in the folder `shared/crds`
beside the checkout.
"""

import copy
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from localcloud.toolchain import kept_files
from settings import load_catalogue, plan_tenants
from settings.detection import API_VERSION, detection_policies
from tests.cluster.acting import Caller
from tests.cluster.tenancy_stack import ROOT
from tests.polling import until

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

Schema = dict[str, Any]

CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
POLICIES = f"/apis/{API_VERSION}/tracingpolicies"
STRICT = f"{POLICIES}?dryRun=All&fieldValidation=Strict"
OURS = ROOT / "localcloud" / "controlplane" / "addons" / "tetragon" / "tracingpolicies.yaml"
TODAY = ROOT.parent / "shared" / "crds" / "cilium.io_tracingpolicies.yaml"


def expected() -> dict[str, dict[str, Any]]:
    catalogue = load_catalogue(ROOT / "catalog", "local")
    (cluster,) = catalogue.topology.clusters
    return dict(detection_policies(cluster, catalogue.runtimes, plan_tenants(catalogue)))


def document(name: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": API_VERSION, "kind": "TracingPolicy", "metadata": {"name": name}, "spec": spec}


def test_the_local_stack_holds_every_policy(admin: Caller, local_stack: object) -> None:
    held = admin.get(POLICIES)["items"]
    assert {each["metadata"]["name"]: each["spec"] for each in held} == expected()


def flipped(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    spec = copy.deepcopy(expected()["tenantplane-metadata"])
    change(spec)
    return spec


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (flipped(lambda spec: spec.pop("podSelector")), "spec.podSelector: Required value"),
        (flipped(lambda spec: spec["kprobes"][0].pop("syscall")), "spec.kprobes[0].syscall: Required value"),
        (flipped(lambda spec: spec["kprobes"][0].update(call="sys_connect")), "system calls are named sys_<name>"),
        (flipped(lambda spec: spec["kprobes"][0].pop("args")), "a selector looks at an argument that args does not"),
        (flipped(lambda spec: spec["kprobes"][0].update(selektors=[])), 'unknown field "spec.kprobes[0].selektors"'),
        (
            flipped(lambda spec: spec["kprobes"][0]["selectors"][0]["matchArgs"][0].update(operator="Addr")),
            'Unsupported value: "Addr"',
        ),
        (
            flipped(lambda spec: spec["kprobes"][0]["selectors"][0]["matchActions"][0].update(action="Sigkill")),
            'Unsupported value: "Sigkill"',
        ),
        (
            flipped(lambda spec: spec["podSelector"]["matchExpressions"][0].pop("values")),
            "In and NotIn have values",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_schema_refuses_a_slip(admin: Caller, spec: dict[str, Any], words: str) -> None:
    twin = admin.ask("POST", STRICT, document("twin", flipped(lambda _: None)))
    assert twin.status == 201, twin.message
    answer = admin.ask("POST", STRICT, document("twin", spec))
    assert answer.status in {400, 422}
    assert words in answer.message


@pytest.fixture(scope="module")
def of_2022(operator: Caller) -> Iterator[Caller]:
    """The administrator of a control plane with the kind as the pinned module has it."""
    whole = yaml.safe_load((kept_files("tetragon") / "tracingpolicies.yaml").read_text())
    operator.create(CRDS, whole)
    try:
        until(lambda: operator.ask("GET", POLICIES).status == 200, "the kind is served")
        yield operator
    finally:
        operator.delete(f"{CRDS}/{whole['metadata']['name']}")


SINCE = {
    'unknown field "spec.podSelector"',
    'unknown field "spec.kprobes[].message"',
    'unknown field "spec.kprobes[].selectors[].matchActions[].rateLimit"',
    'spec.kprobes[].args[].type: Unsupported value: "linux_binprm"',
    'spec.kprobes[].selectors[].matchArgs[].operator: Unsupported value: "Mask"',
    'spec.kprobes[].selectors[].matchArgs[].operator: Unsupported value: "DAddr"',
    'spec.kprobes[].selectors[].matchArgs[].operator: Unsupported value: "DPort"',
    'spec.kprobes[].selectors[].matchArgs[].operator: Unsupported value: "NotPostfix"',
}
"""All of the policies that is newer than the pinned version. Tetragon 1.4 knows it."""
NEWER = re.compile(r'unknown field "[^"]+"|spec\.[\w.\[\]]+: Unsupported value: "\w+"')


def test_the_real_schema_takes_all_that_it_knows_already(of_2022: Caller) -> None:
    said: set[str] = set()
    for name, spec in expected().items():
        answer = of_2022.ask("POST", STRICT, document(name, spec))
        assert answer.status in {400, 422}, "the label selector alone is unknown to it"
        said |= {re.sub(r"\[\d+\]", "[]", each) for each in NEWER.findall(answer.message)}
        # What it does not know is dropped without `Strict`; what is left has to be accepted but for the new words.
        answer = of_2022.ask("POST", STRICT.replace("Strict", "Ignore"), document(name, spec))
        said |= {re.sub(r"\[\d+\]", "[]", each) for each in NEWER.findall(answer.message)}
        rest = re.sub(NEWER, "", answer.message)
        assert "Invalid value" not in rest
        assert "Required value" not in rest
    assert said == SINCE


def wider(ours: Schema, real: Schema, path: str = "") -> Iterator[str]:
    """Where our schema takes what the real one refuses."""
    if ours.get("type") != real.get("type"):
        yield f"{path}: {ours.get('type')} and not {real.get('type')}"
    if "enum" in real and not set(ours.get("enum", [None])) <= set(real["enum"]):
        yield f"{path}: {sorted(set(ours.get('enum', [])) - set(real['enum']))}"
    for name in set(real.get("required", ())) - set(ours.get("required", ())):
        yield f"{path}.{name}: may be left out"
    for bound in ("maxItems", "maxLength", "maximum"):
        if bound in real and ours.get(bound, float("inf")) > real[bound]:
            yield f"{path}: {bound}"
    for bound in ("minItems", "minLength", "minimum"):
        if bound in real and ours.get(bound, 0) < real[bound]:
            yield f"{path}: {bound}"
    for name, part in ours.get("properties", {}).items():
        if name in real.get("properties", {}):
            yield from wider(part, real["properties"][name], f"{path}.{name}")
        else:
            yield f"{path}.{name}: unknown"
    if "items" in ours:
        yield from wider(ours["items"], real.get("items", {}), f"{path}[]")


def schema(file: Path) -> Schema:
    (version,) = yaml.safe_load(file.read_text())["spec"]["versions"]
    return version["schema"]["openAPIV3Schema"]  # type: ignore[no-any-return]


def test_our_schema_is_wider_than_that_of_2022_by_what_is_new() -> None:
    found = list(wider(schema(OURS), schema(kept_files("tetragon") / "tracingpolicies.yaml")))
    assert sorted(found) == [
        ".spec.kprobes[].args[].type: ['linux_binprm']",
        ".spec.kprobes[].message: unknown",
        ".spec.kprobes[].selectors[].matchActions[].rateLimit: unknown",
        ".spec.kprobes[].selectors[].matchArgs[].operator: ['DAddr', 'DPort', 'Mask', 'NotPostfix']",
        ".spec.podSelector: unknown",
    ]


def test_whatever_our_schema_accepts_todays_accepts() -> None:
    if not TODAY.exists():
        pytest.skip("no folder shared/crds with today's schema beside the checkout")
    assert not list(wider(schema(OURS), schema(TODAY)))
