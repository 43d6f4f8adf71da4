"""Whether any binding of the cluster gives a tenant something it should not have, or somebody else something of a
tenant's (B5): all tenants against all namespaces, which no single request shows."""

from collections.abc import Iterator, Mapping
from typing import Final

from fleet.verify.live import Live, Object
from fleet.verify.place import Site

EVERYBODY: Final = frozenset({"system:authenticated", "system:unauthenticated", "system:serviceaccounts"})
FOR_EVERYBODY: Final = frozenset({"system:basic-user", "system:discovery", "system:public-info-viewer",
                                  "system:service-account-issuer-discovery"})  # fmt: skip
"""ClusterRoles that Kubernetes itself binds to everybody: who one is, and what the API server can do."""


def everybodys_rights(site: Site, live: Live) -> Iterator[str]:
    """What somebody may because he is anybody."""
    del site
    for kind in ("ClusterRoleBinding", "RoleBinding"):
        for each in live.of.get(kind, ()):
            namespace = each["metadata"].get("namespace", "")
            for subject in each.get("subjects") or ():
                harmless = kind == "ClusterRoleBinding" and each["roleRef"]["name"] in FOR_EVERYBODY
                if subject["kind"] == "Group" and subject["name"] in EVERYBODY and not harmless:
                    where = f" in {namespace}" if namespace else ""
                    yield f"{subject['name']} has {each['roleRef']['name']}{where} by {kind} {each['metadata']['name']}"


def tenants_rights(site: Site, live: Live) -> Iterator[str]:
    """What a group or an account of a tenant may outside of the tenant's own namespaces."""
    groups, homes = _groups(site), _homes(site)
    for kind in ("ClusterRoleBinding", "RoleBinding"):
        for each in live.of.get(kind, ()):
            namespace = each["metadata"].get("namespace", "")
            for subject in each.get("subjects") or ():
                whose = _whose(subject, groups, homes)
                if whose and homes.get(namespace) not in whose:
                    where = namespace or "the whole cluster"
                    yield f"{subject['kind']} {subject['name']} has {each['roleRef']['name']} in {where}"


def _groups(site: Site) -> Mapping[str, set[str]]:
    made: dict[str, set[str]] = {}
    for plan in site.plans:
        held = plan.tenant.groups
        for group in (*held.admins, *held.developers, *held.viewers):
            made.setdefault(group, set()).add(plan.tenant.id)
    return made


def _homes(site: Site) -> Mapping[str, str]:
    return {each.namespace: plan.tenant.id for plan in site.plans for each in (plan, *plan.children)}


def _whose(subject: Object, groups: Mapping[str, set[str]], homes: Mapping[str, str]) -> set[str]:
    """Tenants that a subject is of; empty for one that is no tenant's."""
    if subject["kind"] == "Group":
        name = subject["name"]
        if name.startswith("system:serviceaccounts:"):
            home = homes.get(name.removeprefix("system:serviceaccounts:"))
            return {home} if home else set()
        return groups.get(name, set())
    home = homes.get(subject.get("namespace", "")) if subject["kind"] == "ServiceAccount" else None
    return {home} if home else set()
