"""What belongs to an EKS cluster and moto lacks: add-ons, access entries and their policies, pod identities (C6).

It checks what EKS checks of references and duplicates: the entry, the role's ARN, the service account.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from moto.core.utils import utcnow
from moto.moto_api._internal import mock_random

ACCOUNT: Final = "123456789012"
Body = dict[str, Any]

_ROLE = re.compile(r"arn:aws:iam::\d{12}:(role|user)/.+")


class RefusedError(Exception):
    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status, self.kind = status, kind


def kept(cluster: Any, what: str) -> dict[str, Any]:
    """The cluster's add-ons, entries or associations by name."""
    store: dict[str, dict[str, Any]] = cluster.__dict__.setdefault("tenantplane", {})
    return store.setdefault(what, {})


def _one(cluster: Any, what: str, name: str) -> Any:
    if name not in kept(cluster, what):
        raise RefusedError(404, "ResourceNotFoundException", f"no {what} {name} in cluster {cluster.name}")
    return kept(cluster, what)[name]


def _add(cluster: Any, what: str, name: str, thing: Body) -> Body:
    if name in kept(cluster, what):
        raise RefusedError(409, "ResourceInUseException", f"{what} {name} already exists in cluster {cluster.name}")
    now = utcnow().timestamp()
    kept(cluster, what)[name] = {**thing, "createdAt": now, "modifiedAt": now}
    made: Body = kept(cluster, what)[name]
    return made


def _role(body: Mapping[str, Any], *names: str) -> None:
    for name in names:
        if body.get(name) and not _ROLE.fullmatch(str(body[name])):
            raise RefusedError(400, "InvalidParameterException", f"{name}: {body[name]} is no ARN of a role")


def _arn(region: str, path: str) -> str:
    return f"arn:aws:eks:{region}:{ACCOUNT}:{path}"


def _create_addon(cluster: Any, region: str, _names: list[str], body: Body) -> Body:
    _role(body, "serviceAccountRoleArn")
    given = {key: value for key, value in body.items() if key not in ("resolveConflicts", "clientRequestToken")}
    arn = _arn(region, f"addon/{cluster.name}/{body['addonName']}/{mock_random.uuid4()}")
    made = {"clusterName": cluster.name, "status": "ACTIVE", "health": {"issues": []}, "addonArn": arn, **given}
    made["podIdentityAssociations"] = [
        _arn(region, f"podidentityassociation/{cluster.name}/a-{mock_random.get_random_hex(17)}")
        for _ in body.get("podIdentityAssociations") or ()
    ]
    return {"addon": _add(cluster, "addon", body["addonName"], made)}


def _update_addon(cluster: Any, _region: str, names: list[str], body: Body) -> Body:
    _role(body, "serviceAccountRoleArn")
    _one(cluster, "addon", names[1]).update(
        {key: body[key] for key in ("addonVersion", "configurationValues", "serviceAccountRoleArn") if key in body}
    )
    return _update(names[1])


def _create_entry(cluster: Any, region: str, _names: list[str], body: Body) -> Body:
    _role(body, "principalArn")
    principal = body["principalArn"]
    kind = body.get("type") or "STANDARD"
    if kind != "STANDARD" and body.get("kubernetesGroups"):
        raise RefusedError(400, "InvalidParameterException", f"an entry of type {kind} cannot have groups")
    arn = _arn(region, f"access-entry/{cluster.name}/role/{ACCOUNT}/{principal.split('/')[-1]}/{mock_random.uuid4()}")
    made = {
        "clusterName": cluster.name,
        "principalArn": principal,
        "kubernetesGroups": body.get("kubernetesGroups") or [],
        "accessEntryArn": arn,
        "tags": body.get("tags") or {},
        "username": body.get("username") or principal.replace(":iam:", ":sts:").replace("role/", "assumed-role/"),
        "type": kind,
        "policies": {},
    }
    return {"accessEntry": _add(cluster, "access entry", principal, made)}


def _update_entry(cluster: Any, _region: str, names: list[str], body: Body) -> Body:
    entry = _one(cluster, "access entry", names[1])
    entry.update({key: body[key] for key in ("kubernetesGroups", "username") if key in body})
    return {"accessEntry": entry}


def _associate(cluster: Any, _region: str, names: list[str], body: Body) -> Body:
    entry = _one(cluster, "access entry", names[1])
    if not str(body["policyArn"]).startswith("arn:aws:eks::aws:cluster-access-policy/"):
        raise RefusedError(400, "InvalidParameterException", f"{body['policyArn']} is no access policy of EKS")
    now = utcnow().timestamp()
    made = {"policyArn": body["policyArn"], "accessScope": body["accessScope"], "associatedAt": now, "modifiedAt": now}
    entry["policies"][body["policyArn"]] = made
    return {"clusterName": cluster.name, "principalArn": names[1], "associatedAccessPolicy": made}


def _disassociate(cluster: Any, _region: str, names: list[str], _body: Body) -> Body:
    policies = _one(cluster, "access entry", names[1])["policies"]
    if policies.pop(names[2], None) is None:
        raise RefusedError(404, "ResourceNotFoundException", f"{names[2]} is not associated with {names[1]}")
    return {}


def _associations(cluster: Any, _region: str, names: list[str], _body: Body) -> Body:
    entry = _one(cluster, "access entry", names[1])
    return {
        "clusterName": cluster.name,
        "principalArn": names[1],
        "associatedAccessPolicies": [*entry["policies"].values()],
    }


def _create_identity(cluster: Any, region: str, _names: list[str], body: Body) -> Body:
    _role(body, "roleArn", "targetRoleArn")
    for each in kept(cluster, "association").values():
        if (each["namespace"], each["serviceAccount"]) == (body["namespace"], body["serviceAccount"]):
            where = f"{body['namespace']}/{body['serviceAccount']}"
            raise RefusedError(409, "ResourceInUseException", f"an association for {where} already exists")
    name = f"a-{mock_random.get_random_hex(17)}"
    given = {key: value for key, value in body.items() if key != "clientRequestToken"}
    arn = _arn(region, f"podidentityassociation/{cluster.name}/{name}")
    made = {"clusterName": cluster.name, "associationId": name, "associationArn": arn, **given}
    return {"association": _add(cluster, "association", name, made)}


def _list_identities(cluster: Any, _region: str, _names: list[str], query: Body) -> Body:
    wanted = {key: query[key] for key in ("namespace", "serviceAccount") if key in query}
    every = kept(cluster, "association").values()
    return {"associations": [each for each in every if wanted.items() <= each.items()]}


def _update_identity(cluster: Any, _region: str, names: list[str], body: Body) -> Body:
    _role(body, "roleArn", "targetRoleArn")
    association = _one(cluster, "association", names[1])
    association.update({key: value for key, value in body.items() if key != "clientRequestToken"})
    return {"association": association}


def _getter(what: str, member: str) -> Callable[[Any, str, list[str], Body], Body]:
    return lambda cluster, _region, names, _body: {member: _one(cluster, what, names[1])}


def _remover(what: str, member: str) -> Callable[[Any, str, list[str], Body], Body]:
    def remove(cluster: Any, _region: str, names: list[str], _body: Body) -> Body:
        thing = _one(cluster, what, names[1])
        del kept(cluster, what)[names[1]]
        return {member: thing} if member else {}

    return remove


def _update(name: str) -> Body:
    return {"update": {"id": name, "status": "Successful", "type": "AddonUpdate", "params": [], "errors": []}}


_ENTRY: Final = ("clusters", "*", "access-entries", "*")
ROUTES: Final[tuple[tuple[tuple[str, ...], str, Callable[..., Body | None]], ...]] = (
    (("clusters", "*", "addons"), "POST", _create_addon),
    (("clusters", "*", "addons", "*"), "GET", _getter("addon", "addon")),
    (("clusters", "*", "addons", "*", "update"), "POST", _update_addon),
    (("clusters", "*", "addons", "*"), "DELETE", _remover("addon", "addon")),
    (("clusters", "*", "access-entries"), "POST", _create_entry),
    (_ENTRY, "GET", _getter("access entry", "accessEntry")),
    (_ENTRY, "POST", _update_entry),
    (_ENTRY, "DELETE", _remover("access entry", "")),
    ((*_ENTRY, "access-policies"), "POST", _associate),
    ((*_ENTRY, "access-policies"), "GET", _associations),
    ((*_ENTRY, "access-policies", "*"), "DELETE", _disassociate),
    (("clusters", "*", "pod-identity-associations"), "POST", _create_identity),
    (("clusters", "*", "pod-identity-associations"), "GET", _list_identities),
    (("clusters", "*", "pod-identity-associations", "*"), "GET", _getter("association", "association")),
    (("clusters", "*", "pod-identity-associations", "*"), "POST", _update_identity),
    (("clusters", "*", "pod-identity-associations", "*"), "DELETE", _remover("association", "association")),
)
"""Path, method, and who answers."""
