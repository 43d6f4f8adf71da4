"""The API server is asked for what the table of controls says, and for nothing else (I1)."""

import ast
import json
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from components.security.admission_policy import rendered
from controls import CONTROLS, control
from controls.admission import POLICIES, PREFIX, AdmissionPolicy, Asked, Preview, Refusal
from controls.admission.claim import OBJECT, Field, Is
from controls.admission.form import Variable
from policies.kubernetes.shared import SHARED
from policies.table import RULES
from settings import load_catalogue
from tests.unit.components.local_stack import ROOT, rendered_on

GOLDEN: Final = Path(__file__).parent / "golden_admission.json"
KIND: Final = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy"
SERVICE: Final = Refusal(control="TP-E2-04", holds="true", message="no {{what}}", given="there")


@cache
def made(environment: str, cluster: str) -> dict[str, Any]:
    """The policies and bindings that a cluster's platform registers, by name."""
    catalogue = load_catalogue(ROOT / "catalog", environment)
    (chosen,) = (each for each in catalogue.topology.clusters if each.name == cluster)
    recorded = rendered_on(catalogue, chosen)
    bindings = {each.name: each.inputs["spec"] for each in recorded.of(f"{KIND}Binding")}
    return {
        each.inputs["metadata"]["name"]: {
            "policy": each.inputs["spec"],
            "binding": bindings[f"{each.name}-binding"],
        }
        for each in recorded.of(KIND)
    }


def test_what_the_api_server_is_given_changes_by_review_alone() -> None:
    """On `local`, and what is otherwise on a cluster at AWS, which has classes of volumes and other add-ons.
    Without the golden file this writes it anew."""
    first, other = made("local", "local"), made("staging", "enterprise")
    whole = {"local": first, "staging": {name: each for name, each in other.items() if each != first.get(name)}}
    if not GOLDEN.exists():
        GOLDEN.write_text(json.dumps(whole, indent=1, sort_keys=True) + "\n")
        pytest.fail(f"{GOLDEN.name} was written; read it before it is committed")
    golden = json.loads(GOLDEN.read_text())
    for environment, policies in whole.items():
        assert policies.keys() == golden[environment].keys()
        for name, policy in policies.items():
            assert policy == golden[environment][name], f"{environment}: {name}"


def test_every_policy_of_the_table_is_made_and_no_other() -> None:
    assert made("local", "local").keys() == POLICIES.keys()


def test_every_policy_denies_and_fails_closed() -> None:
    for name, policy in made("local", "local").items():
        assert policy["policy"]["failurePolicy"] == "Fail", name
        assert policy["binding"]["policyName"] == name
        assert policy["binding"]["validationActions"] == ["Deny"]
        assert ("paramKind" in policy["policy"]) == ("paramRef" in policy["binding"])


def test_where_a_control_is_enforced_follows_from_the_rules() -> None:
    assert control("TP-C4-02").native == ("Pod Security",)
    assert control("TP-C4-02").admission == ("Pod Security", "tenantplane-rooted-pods", "tenantplane-runtimes")
    written = {name for each in CONTROLS.values() for name in each.native}
    assert not any(name.startswith(PREFIX) for name in written)


def test_who_is_refused_is_told_the_control() -> None:
    """The same id as that of a finding at preview."""
    (said,) = rendered(POLICIES["tenantplane-quota-shrinks"])["validations"]
    assert said["message"].endswith(" [TP-A7-02]")
    assert said["message_expression"].endswith(" + ' [TP-A7-02]'")


def test_a_rule_is_there_with_the_value_that_it_is_given_by() -> None:
    policy = AdmissionPolicy(name="p", asked="kinds", refusals=(SERVICE,), variables=(Variable("v", "1", "there"),))
    kinds = (Asked("", ("services",)),)
    assert rendered(policy, {"kinds": kinds})["validations"] == []
    assert "variables" not in rendered(policy, {"kinds": kinds})
    (one,) = rendered(policy, {"kinds": kinds, "there": "", "what": "addresses"})["validations"]
    assert one["message"] == "no addresses [TP-E2-04]"
    with pytest.raises(KeyError, match="what"):
        rendered(policy, {"kinds": kinds, "there": ""})


def test_a_rule_of_no_control_is_none() -> None:
    nobodys = Refusal(control="TP-Z9-99", holds="true", message="nothing")
    with pytest.raises(KeyError):
        rendered(AdmissionPolicy(name="p", asked=(), refusals=(nobodys,)))


def test_what_only_cel_says_is_not_asked_at_preview() -> None:
    with pytest.raises(ValueError, match="CEL alone"):
        Refusal(control="TP-E2-04", holds="true", message="no", preview=Preview(wrong="no"))
    assert Refusal(control="TP-E2-04", holds=Is(Field("?x", "", OBJECT), ""), message="no").expression == (
        "object.?x.orValue('') == ''"
    )


def test_the_rules_of_claims_are_rules_of_the_pack() -> None:
    asked = [each for policy in POLICIES.values() for each in policy.refusals if each.preview is not None]
    assert len(SHARED) == len(asked) >= 27
    assert {id(each) for each in SHARED} <= {id(each) for each in RULES}
    assert len({each.control.id for each in SHARED}) >= 19
    assert all(each.control.preview for each in SHARED)


def test_the_table_imports_nothing_of_the_project() -> None:
    for file in (ROOT / "controls").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            module = node.module if isinstance(node, ast.ImportFrom) else None
            names = [module] if module else [each.name for each in node.names] if isinstance(node, ast.Import) else []
            ours = {name.split(".")[0] for name in names}
            assert not ours & {"components", "fleet", "localcloud", "policies", "pulumi", "settings", "stacks"}, file
