"""Every rendered object is what the API servers' own schemas say, by a judge that is not ours (I1)."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tests.judges import kubeconform
from tests.judges.manifests import manifests

DEPLOYMENT: Final = "Deployment"
TEMPLATE: Final = "SandboxTemplate"
Object = dict[str, Any]


def _pod(made: Object) -> Any:
    return made["spec"]["template" if made["kind"] == DEPLOYMENT else "podTemplate"]["spec"]


MUTANTS: Final[dict[str, tuple[str, Callable[[Object], object]]]] = {
    "a name that nobody knows": (DEPLOYMENT, lambda made: _pod(made).update(runtimeClass="gvisor")),
    "another type": (DEPLOYMENT, lambda made: made["spec"].update(replicas="two")),
    "something missing": (DEPLOYMENT, lambda made: _pod(made)["containers"][0].pop("name")),
    "a name that nobody knows, of a custom kind": (TEMPLATE, lambda made: made["spec"].update(networkPolicies=[])),
    "a value that is none, of a custom kind": (
        TEMPLATE,
        lambda made: made["spec"].update(networkPolicyManagement="Perhaps"),
    ),
}
"""What the judge has to notice in an object that was right."""


def test_every_object_is_of_its_schema_and_mistakes_are_noticed(tmp_path: Path) -> None:
    """One run for both."""
    rendered = manifests()
    bad = []
    for number, (kind, flip) in enumerate(MUTANTS.values()):
        mutant = copy.deepcopy(next(each for each in rendered if each["kind"] == kind))
        mutant["metadata"]["name"] = f"mutant-{number}"
        flip(mutant)
        bad.append(mutant)
    kubeconform.write_schemas(tmp_path / "schemas")
    said = kubeconform.judge(kubeconform.built(), tmp_path / "schemas", tmp_path / "manifests", [*rendered, *bad])
    assert len(said) == len(rendered) + len(bad)  # what was not judged has not passed
    ours = [each for each in said if not each["name"].startswith("mutant-")]
    assert [each for each in ours if each["status"] != "statusValid"] == []
    noticed = {each["name"]: each["status"] for each in said if each["name"].startswith("mutant-")}
    assert noticed == {f"mutant-{number}": "statusInvalid" for number in range(len(MUTANTS))}
