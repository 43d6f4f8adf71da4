"""Changes that people make, each with what a preview has to say of it in one word."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fleet.preview.review import Verdict
from tests.preview.project import Edit, also, edit_cluster, edit_tenant, edit_yaml, unchanged

APPROVAL: Final = {
    "approved_by": "dora@tenantplane.example",
    "final_snapshot": "snap-0a1b2c3d4e5f60718",
    "reason": "The contract ends in June, ticket OPS-812",
}
_DIGEST: Final = "sha256:" + "89abcdef" * 8
_KEY: Final = "arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d-0a1b-2c3d-4e5f-{:012d}"


@dataclass(frozen=True, kw_only=True)
class Case:
    """A change. before: what the base has already. after: what the change does to it."""

    after: Edit
    verdict: Verdict
    before: Edit = unchanged


def _rename(folder: Path) -> None:
    tenants = folder / "catalog" / "tenants"
    text = (tenants / "st-brigid-primary.yaml").read_text()
    (tenants / "st-brigid-primary.yaml").unlink()
    (tenants / "st-brigid.yaml").write_text(text.replace("id: st-brigid-primary", "id: st-brigid"))


def _new(folder: Path) -> None:
    text = (folder / "catalog" / "tenants" / "st-brigid-primary.yaml").read_text()
    text = text.replace("st-brigid-primary", "st-clare").replace("st-brigid", "st-clare").replace("Brigid's", "Clare's")
    (folder / "catalog" / "tenants" / "st-clare.yaml").write_text(text)


def _remove(tenant: str) -> Edit:
    return lambda folder: (folder / "catalog" / "tenants" / f"{tenant}.yaml").unlink()


def _wrong(folder: Path) -> None:
    path = folder / "catalog" / "tenants" / "acme-robotics.yaml"
    path.write_text(
        path.read_text().replace("tier: enterprise", "tier: enterprize").replace("region: eu", "region: ue")
    )


def _page(folder: Path) -> None:
    (folder / "catalog" / "tenants" / "README.md").write_text("Tenants.\n")


def _upgrade(folder: Path) -> None:
    path = folder / "requirements.txt"
    path.write_text(path.read_text().replace("pulumi-kubernetes==4.32.0", "pulumi-kubernetes==4.33.1"))


def _pool(name: str, change: Any) -> Edit:
    def edit(cluster: dict[str, Any]) -> None:
        (pool,) = (each for each in cluster["node_pools"] if each["name"] == name)
        change(pool)

    return edit_cluster(edit)


def _image(document: dict[str, Any]) -> None:
    workload = document["workloads"][0]
    workload["image"] = workload["image"].split("@")[0] + "@" + _DIGEST


def _child(**fields: Any) -> Edit:
    return edit_yaml(
        "catalog/tenants/bayview-university.yaml",
        lambda document: document["namespaces"]["children"][0].update(fields),
    )


def _runtime(**fields: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        (runtime,) = (each for each in document["runtimes"] if each["id"] == "kata")
        runtime.update(fields)

    return change


_MORE: Final = {"cpu": "300m", "memory": "192Mi"}
_META = """
import pulumi, pulumi_kubernetes
core = pulumi_kubernetes.core.v1
def meta(name):
    return {"name": name, "namespace": "tenant-acme-robotics", "labels": {"tenant": "acme-robotics"}}
"""


def _secret(token: str) -> Edit:
    data = f'{{"token": pulumi.Output.secret("{token}"), "unmarked": "{token}"}}'
    return also(f'{_META}core.Secret("webhook", metadata=meta("webhook"), string_data={data})\n')


def _claim(storage_class: str) -> Edit:
    spec = f'{{"storage_class_name": "{storage_class}", "resources": {{"requests": {{"storage": "1Gi"}}}}}}'
    return also(f'{_META}core.PersistentVolumeClaim("models", metadata=meta("models"), spec={spec})\n')


_POD = f"""{_META}
shell = {{"name": "shell", "image": "busybox:latest", "security_context": {{"privileged": True}}}}
core.Pod("debug", metadata=meta("debug"), spec={{"containers": [shell]}})
"""


def _elsewhere(cluster: str) -> Edit:
    return also(
        f'''{_META}there = pulumi_kubernetes.Provider("there", cluster_identifier="{cluster}")
core.Namespace("tools", metadata={{"name": "tools"}}, opts=pulumi.ResourceOptions(provider=there))
'''
    )


def _protected(protect: bool) -> Edit:
    options = f"opts=pulumi.ResourceOptions(protect={protect})"
    return also(
        f'{_META}core.ConfigMap("a", metadata=meta("a"))\ncore.Namespace("b", metadata={{"name": "b"}}, {options})\n'
    )


CASES: Final[Mapping[str, Case]] = {
    "tier-up": Case(after=edit_tenant("st-brigid-primary", tier="advanced"), verdict="nothing dangerous"),
    "tier-down": Case(
        before=edit_tenant("st-brigid-primary", tier="advanced"),
        after=edit_tenant("st-brigid-primary", tier="basic"),
        verdict="nothing dangerous",
    ),
    "display-name": Case(after=edit_tenant("acme-robotics", display_name="Acme AG"), verdict="nothing dangerous"),
    "rename-of-id": Case(after=_rename, verdict="refused"),
    "new-tenant": Case(after=_new, verdict="nothing dangerous"),
    "off-boarding-1": Case(
        after=edit_tenant("lantern-notes", lifecycle="offboarding", offboarding=APPROVAL), verdict="needs approval"
    ),
    "off-boarding-2": Case(
        before=edit_tenant("lantern-notes", lifecycle="offboarding", offboarding=APPROVAL),
        after=_remove("lantern-notes"),
        verdict="needs approval",
    ),
    "removed-without-off-boarding": Case(after=_remove("lantern-notes"), verdict="refused"),
    "suspend": Case(after=edit_tenant("gearbox-labs", lifecycle="suspended"), verdict="nothing dangerous"),
    "resume": Case(after=edit_tenant("lantern-notes", lifecycle="active"), verdict="nothing dangerous"),
    "runtime-class": Case(
        after=edit_yaml("catalog/runtimes.yaml", _runtime(overhead=_MORE)), verdict="nothing dangerous"
    ),
    "handler-of-a-runtime-class": Case(
        after=edit_yaml("catalog/runtimes.yaml", _runtime(handler="kata-clh")), verdict="refused"
    ),
    "key-of-volumes": Case(
        before=edit_cluster(lambda cluster: cluster["storage"].update(key=_KEY.format(1))),
        after=edit_cluster(lambda cluster: cluster["storage"].update(key=_KEY.format(2))),
        verdict="nothing dangerous",
    ),
    "data-isolation": Case(after=edit_tenant("gearbox-labs", data_isolation="database"), verdict="needs approval"),
    "kind-of-a-pool": Case(after=_pool("spot", lambda pool: pool.update(kind="cpu")), verdict="nothing dangerous"),
    "pool-removed": Case(
        after=edit_cluster(
            lambda cluster: cluster.update(
                node_pools=[e for e in cluster["node_pools"] if e["name"] != "gpu-t4-shared"]
            )
        ),
        verdict="nothing dangerous",
    ),
    "provider-upgrade": Case(after=_upgrade, verdict="nothing dangerous"),
    "quota-override": Case(
        after=edit_tenant(
            "st-brigid-primary", quota={"reason": "Exam weeks, ticket SB-4", "ceiling": {"cpu": 4, "memory": "8Gi"}}
        ),
        verdict="nothing dangerous",
    ),
    "budget": Case(after=edit_tenant("acme-robotics", budget={"monthly_usd": 15000}), verdict="nothing dangerous"),
    "admin-group": Case(
        after=edit_yaml("catalog/tenants/gearbox-labs.yaml", lambda it: it["groups"].update(admins=["gearbox:sre"])),
        verdict="nothing dangerous",
    ),
    "region": Case(
        after=edit_tenant("st-brigid-primary", region="eu-central-1"),
        verdict="needs approval",
    ),
    "image-digest": Case(after=edit_yaml("catalog/tenants/acme-robotics.yaml", _image), verdict="nothing dangerous"),
    "gateway-domain": Case(
        after=edit_yaml("catalog/topology/local.yaml", lambda it: it.update(domain="schools.localhost")),
        verdict="nothing dangerous",
    ),
    "child-namespace-retire": Case(after=_child(retire=APPROVAL), verdict="needs approval"),
    "child-namespace-gone": Case(
        before=_child(retire=APPROVAL),
        after=edit_yaml("catalog/tenants/bayview-university.yaml", lambda it: it["namespaces"]["children"].pop(0)),
        verdict="needs approval",
    ),
    "child-namespace-gone-at-once": Case(
        after=edit_yaml("catalog/tenants/bayview-university.yaml", lambda it: it["namespaces"]["children"].pop(0)),
        verdict="refused",
    ),
    "burst": Case(
        after=edit_tenant(
            "acme-robotics",
            burst={
                "cpu": 4,
                "memory": "8Gi",
                "until": "2026-12-31",
                "approved_by": "dora@tenantplane.example",
                "reason": "A launch, order AC-77",
            },
        ),
        verdict="nothing dangerous",
    ),
    "database-credential": Case(
        after=edit_tenant("acme-robotics", database={"credential": 2}), verdict="nothing dangerous"
    ),
    # The provider of this Secret replaces what it cannot change in place.
    "secret-value": Case(
        before=_secret("canary-of-monday"), after=_secret("canary-of-tuesday"), verdict="needs approval"
    ),
    "policy-violation": Case(after=also(_POD), verdict="refused"),
    "volume-replaced": Case(
        before=_claim("tenantplane-free"), after=_claim("tenantplane-enterprise"), verdict="needs approval"
    ),
    "cluster-replaced": Case(before=_elsewhere("one"), after=_elsewhere("two"), verdict="needs approval"),
    "protection-gone": Case(before=_protected(True), after=_protected(False), verdict="needs approval"),
    "wrong-file": Case(after=_wrong, verdict="failed"),
    "a-page-of-the-documentation": Case(
        after=_page,
        verdict="nothing dangerous",
    ),
}
