"""Signatures and the weekly look at images, as they are rendered (C4, G7)."""

from dataclasses import replace

from components.security.image_signatures import ImageSignatures, ImageSignaturesArgs
from settings import names, plan_tenants
from settings.image_scan import scan_script
from settings.signing import ImageSigner, image_policies
from tests.unit.components.local_stack import catalogue, local_stack
from tests.unit.components.recorder import record
from tests.unit.components.test_hardening import violations
from tests.unit.components.test_scheduling import platform

IMAGE = "registry.tenantplane.example/trivy@sha256:" + "3" * 64
OURS, THEIRS = "registry.example.com", "registry.example.com:5000/team"
BUILD = ImageSigner(
    name="build",
    images=(OURS, THEIRS),
    issuer="https://token.actions.githubusercontent.com",
    subject="https://github.com/example/app/.github/workflows/release.yml@refs/heads/main",
)
OLD = ImageSigner(
    name="old", images=(OURS,), key="-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYI\n-----END PUBLIC KEY-----\n"
)


def test_each_registry_takes_any_of_its_signers_and_nobody_else() -> None:
    made = {spec["images"][0]["glob"]: spec for spec in image_policies([BUILD, OLD]).values()}
    assert made.keys() == {f"{OURS}/**", f"{THEIRS}/**"}
    assert [each["name"] for each in made[f"{OURS}/**"]["authorities"]] == ["build", "old"]
    assert [each["name"] for each in made[f"{THEIRS}/**"]["authorities"]] == ["build"]
    (identity,) = made[f"{THEIRS}/**"]["authorities"][0]["keyless"]["identities"]
    assert identity == {"issuer": BUILD.issuer, "subject": BUILD.subject}
    assert {spec["mode"] for spec in made.values()} == {"enforce"}


def test_registries_that_look_alike_have_policies_of_their_own() -> None:
    alike = [ImageSigner(name="a", images=(each,), key=OLD.key) for each in ("a.example", "a-example", "a.example/b")]
    made = image_policies(alike)
    assert len(made) == 3
    assert all(len(name) <= 63 for name in made)


def test_the_component_makes_them_and_tenants_namespaces_ask_for_them() -> None:
    def program() -> None:
        ImageSignatures("signed", ImageSignaturesArgs(signers=(BUILD, OLD)))

    made = record(program)
    policies = made.of("kubernetes:policy.sigstore.dev/v1beta1:ClusterImagePolicy")
    assert {each.inputs["metadata"]["name"] for each in policies} == image_policies([BUILD, OLD]).keys()

    (cluster,) = catalogue().topology.clusters
    signed = cluster.model_copy(update={"addons": (*cluster.addons, "policy-controller")})
    topology = catalogue().topology.model_copy(update={"clusters": (signed,)})
    plans = plan_tenants(replace(catalogue(), topology=topology))
    assert {plan.namespace_labels[names.SIGNED_LABEL] for plan in plans} == {"true"}
    assert not any(names.SIGNED_LABEL in plan.namespace_labels for plan in plan_tenants(catalogue()))


def test_without_an_image_nothing_is_looked_at() -> None:
    assert not local_stack().of("tenantplane:security:ImageScan")


def test_the_weekly_run_is_hardened_has_no_rights_and_knows_every_image() -> None:
    made = platform(trivy=IMAGE)
    (job,) = (each.inputs["spec"] for each in made.of("kubernetes:batch/v1:CronJob"))
    pod = job["jobTemplate"]["spec"]["template"]["spec"]
    mounted = {each["name"]: each.keys() - {"name"} for each in pod["volumes"]}
    assert mounted.pop("images") == {"configMap"}
    assert mounted.pop("registries") == {"secret"}
    assert violations({**pod, "volumes": [each for each in pod["volumes"] if each["name"] in mounted]}) == []
    assert pod["automountServiceAccountToken"] is False
    assert pod["containers"][0]["command"][2] == scan_script("/scan/images")
    assert job["schedule"].split()[2:] == ["*", "*", "1"]
    (listed,) = (each.inputs["data"]["images"] for each in made.resources if each.name == "image-scan-images")
    images = {line.split()[0] for line in listed.splitlines()}
    assert IMAGE in images
    assert {workload.image for tenant in catalogue().tenants for workload in tenant.workloads} <= images
