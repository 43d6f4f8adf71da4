"""Where probes are made: a cluster, a namespace of a tenant in it, and whom they act as there."""

import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from components.security.runtime_admission import parameters
from components.tenancy.access import WORKLOAD_ACCOUNT
from components.tenancy.virtual_names import NAME as VIRTUAL_NAME
from components.tenancy.virtual_names import SYNCER_ACCOUNT
from controls.admission.parts import UNSTATED
from fleet.verify.live import Live, labels
from fleet.verify.request import Who
from settings import Catalogue, Cluster, TenantPlan, names
from settings.nodepool import TENANT_NODE_LABEL

NAME: Final = "tenantplane-verify"
"""Of objects in dry runs, which are stored nowhere, and of the user that probes act as."""
NOBODY: Final = "tenantplane-verify-none"
"""Name of an object that is not there: rights are checked before that is noticed."""
EVERYBODY: Final = "system:authenticated"
NO_IMAGE: Final = "verify@sha256:" + "0" * 64

Manifest = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Site:
    """One cluster. plans: of its tenants. run: this run's name, which is part of the user that it acts as. own: the
    namespace that the run has to itself."""

    cluster: Cluster
    catalogue: Catalogue
    plans: tuple[TenantPlan, ...]
    run: str
    own: str


@dataclass(frozen=True, kw_only=True)
class Place:
    """One namespace of a tenant. home: the plan of the tenant; plan: of this namespace, the same or one beside it.
    stranger: namespace of another tenant. stranger_id: that tenant."""

    site: Site
    home: TenantPlan
    plan: TenantPlan
    stranger: str
    stranger_id: str
    live: Live

    @property
    def tenant(self) -> str:
        """The tenant's id."""
        return self.plan.tenant.id

    @property
    def namespace(self) -> str:
        """Its name."""
        return self.plan.namespace

    @property
    def virtual(self) -> bool:
        """Whether its people work in a control plane of their own, and on the host its syncer alone writes (A6)."""
        return self.home.virtual is not None

    @property
    def writer(self) -> Who:
        """Who makes pods here."""
        return "syncer" if self.virtual else "developer"

    def has(self, role: Who) -> bool:
        """Whether the tenant names a group of this role."""
        return bool(getattr(self.plan.tenant.groups, f"{role}s"))

    def identity(self, who: Who) -> tuple[str | None, tuple[str, ...]]:
        """User and groups to act as; none for the operator. A role for which the tenant names no group is acted by the
        next higher one."""
        if who == "platform":
            return None, ()
        if who in ("workload", "syncer"):
            name = WORKLOAD_ACCOUNT if who == "workload" else SYNCER_ACCOUNT
            groups = ("system:serviceaccounts", f"system:serviceaccounts:{self.namespace}", EVERYBODY)
            return f"system:serviceaccount:{self.namespace}:{name}", groups
        roles = ("viewer", "developer", "admin")
        held = self.plan.tenant.groups
        for role in roles[roles.index(who) :]:
            if members := getattr(held, f"{role}s"):
                return f"{self.site.run}:{self.tenant}:{role}", (members[0], EVERYBODY)
        return f"{self.site.run}:{self.tenant}:{who}", (EVERYBODY,)

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """All groups of its people."""
        held = self.plan.tenant.groups
        return tuple(dict.fromkeys((*held.admins, *held.developers, *held.viewers)))

    @cached_property
    def kind(self) -> tuple[str | None, str | None]:
        """A kind of workload of this namespace that needs no GPU, and its runtime; for a namespace without one, no kind
        and a class that such a pod may have."""
        for each in self.plan.workloads:
            if not each.gpus and not each.capabilities and not self.virtual:
                return each.kind, each.runtime.id if each.runtime else None
        return None, self.unstated

    @cached_property
    def unstated(self) -> str | None:
        """A class for a pod that says nothing of its kind."""
        held = parameters(self.site.catalogue.runtimes)
        gpu = held["gpu"].split(",")
        return next((each for each in held[UNSTATED].split(",") if each and each not in gpu), None)

    @cached_property
    def image(self) -> str:
        """An image that the tenant may run: its own, which is signed where that is asked for."""
        for each in self.home.workloads:
            return each.image
        if self.home.sandboxes is not None:
            return self.home.sandboxes.image
        registries = self.site.catalogue.topology.registries or ("registry.example",)
        return f"{registries[0]}/{NO_IMAGE}"

    @cached_property
    def running(self) -> str | None:
        """Name of a pod of its services that is there."""
        return self._pod(sandbox=False)

    @cached_property
    def sandbox(self) -> str | None:
        """Name of a sandbox of its that is there."""
        return self._pod(sandbox=True)

    def _pod(self, *, sandbox: bool) -> str | None:
        for each in self.live.within(self.namespace, "Pod"):
            metadata = each["metadata"]
            fits = (names.SANDBOX_LABEL in labels(each)) is sandbox and "deletionTimestamp" not in metadata
            # A pod that the platform's own parts run, such as a virtual control plane, is none of these.
            if fits and (names.WORKLOAD_LABEL in labels(each) or sandbox):
                return str(metadata["name"])
        return None

    def pod(self) -> Manifest:
        """A pod that this tenant may run here."""
        return copy.deepcopy(self._pod_manifest)

    @cached_property
    def _pod_manifest(self) -> Manifest:
        kind, runtime = self.kind
        spec: Manifest = {
            "automountServiceAccountToken": False,
            "securityContext": {"runAsNonRoot": True, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [
                {
                    "name": "main",
                    "image": self.image,
                    "imagePullPolicy": "Always",
                    "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
                    "resources": {each: {"cpu": "1m", "memory": "1Mi"} for each in ("requests", "limits")},
                }
            ],
            "terminationGracePeriodSeconds": 0,
        }
        if runtime is not None:
            spec["runtimeClassName"] = runtime
        if self.plan.tenant.isolation == "dedicated-pool":
            spec["nodeSelector"] = {TENANT_NODE_LABEL: self.tenant}
        marks = {names.WORKLOAD_LABEL: kind} if kind else {}
        if self.virtual:
            marks["vcluster.loft.sh/managed-by"] = VIRTUAL_NAME
            spec["serviceAccountName"] = WORKLOAD_ACCOUNT
        return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": NAME, "labels": marks}, "spec": spec}


def changed(body: Manifest, *path: str | int, to: Any) -> Manifest:
    """A copy with one value set, the maps above it made where they are missing."""
    made: Any = copy.deepcopy(body)
    place = made
    for step in path[:-1]:
        place = place.setdefault(step, {}) if isinstance(place, dict) else place[step]
    place[path[-1]] = to
    return dict(made)


def named(name: str = NAME, **more: Any) -> Manifest:
    """An object of this name; `metadata` in more is added to its metadata."""
    return {**more, "metadata": {"name": name, **more.get("metadata", {})}}


def places(site: Site, live: Live, tenant: str | None = None) -> tuple[Place, ...]:
    """Every namespace of every tenant of a cluster, or of one tenant; each beside the next tenant, the last beside the
    first. A tenant that is alone has the run's own namespace beside it."""
    made: list[Place] = []
    for index, home in enumerate(site.plans):
        if tenant is not None and home.tenant.id != tenant:
            continue
        other = site.plans[(index + 1) % len(site.plans)]
        alone = other is home
        for plan in (home, *home.children):
            made.append(
                Place(
                    site=site,
                    home=home,
                    plan=plan,
                    stranger=site.own if alone else other.namespace,
                    stranger_id="nobody-else" if alone else other.tenant.id,
                    live=live,
                )
            )
    return tuple(made)
