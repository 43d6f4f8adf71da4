"""What images have to be signed by, judged by the policy controller's own schema on a real API server (G7).

The controller itself asks registries for signatures; the images of simulated nodes are in none, so it does not run.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from localcloud.toolchain import kept_files
from settings.signing import API_VERSION, image_policies
from tests.cluster.acting import Caller
from tests.polling import until
from tests.unit.components.test_images import BUILD, OLD

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
PATH = f"/apis/{API_VERSION}/clusterimagepolicies?dryRun=All&fieldValidation=Strict"


@pytest.fixture(scope="module")
def api(admin: Caller) -> Iterator[Caller]:
    """The administrator of the session's cluster, which has the kind for a while."""
    whole = yaml.safe_load((kept_files("policy-controller") / "clusterimagepolicies.yaml").read_text())
    whole["spec"]["conversion"] = {"strategy": "None"}
    admin.create(CRDS, whole)
    try:
        until(lambda: admin.ask("GET", PATH.partition("?")[0]).status == 200, "the kind is served")
        yield admin
    finally:
        admin.delete(f"{CRDS}/{whole['metadata']['name']}")


def document(name: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": API_VERSION, "kind": "ClusterImagePolicy", "metadata": {"name": name}, "spec": spec}


def test_the_schema_takes_every_policy(api: Caller) -> None:
    for name, spec in image_policies([BUILD, OLD]).items():
        answer = api.ask("POST", PATH, document(name, spec))
        assert answer.status == 201, answer.body


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"images": "registry.example.com/**"}, "spec.images"),
        ({"authorities": [{"keyles": {}}]}, 'unknown field "spec.authorities[0].keyles"'),
        ({"mode": 1}, "spec.mode"),
    ],
)
def test_the_schema_refuses_a_policy_with_a_slip(api: Caller, change: dict[str, Any], words: str) -> None:
    name, spec = next(iter(image_policies([BUILD]).items()))
    answer = api.ask("POST", PATH, document(name, {**spec, **change}))
    assert answer.status in {400, 422}
    assert words in answer.message
