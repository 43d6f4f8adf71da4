"""What moto lacks of EKS: add-ons, access entries and their policies, pod identities, protection from deletion (C6).

Kept in moto's own cluster objects, so that it lives and dies with the cluster and is in every snapshot. It checks what
EKS checks of references and duplicates: the cluster, the entry, the role's ARN.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qs, unquote

from moto.core.utils import utcnow
from moto.eks.models import eks_backends
from moto.moto_api._internal import mock_random

ACCOUNT: Final = "123456789012"
_ROLE = re.compile(r"arn:aws:iam::\d{12}:(role|user)/.+")
_PREFIX = re.compile(r"eks/aws4_request")

Answer = tuple[int, dict[str, Any]]
Body = dict[str, Any]


class _RefusedError(Exception):
    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status, self.kind = status, kind


def answer(authorization: str, method: str, address: str, body: bytes) -> tuple[int, str, bytes] | None:
    """Status, error type and body for a request that moto does not know; None for every other."""
    if _PREFIX.search(authorization) is None:
        return None
    path, _, query = address.partition("?")
    region = authorization.split("/")[2]  # of the credential's scope: key, date, region, service
    parts = [unquote(part) for part in path.strip("/").split("/")]
    if parts[0] == "tags":
        return _tags(region, method, parts[1:], query, json.loads(body or b"{}"))
    for pattern, wanted, do in _ROUTES:
        if (
            wanted == method
            and len(parts) == len(pattern)
            and all(b in ("*", a) for a, b in zip(parts, pattern, strict=True))
        ):
            found = [part for part, name in zip(parts, pattern, strict=True) if name == "*"]
            given = json.loads(body) if body else {key: values[0] for key, values in parse_qs(query).items()}
            try:
                said = do(_cluster(region, found[0]), region, found, given)
            except _RefusedError as error:
                return error.status, error.kind, json.dumps({"message": str(error)}).encode()
            return None if said is None else (200, "", json.dumps(said, default=str).encode())
    return None


def _tags(region: str, method: str, parts: list[str], query: str, body: Body) -> tuple[int, str, bytes] | None:
    """Tags of everything in a cluster; those of the cluster itself are moto's."""
    thing = _by_arn(region, parts[0]) if len(parts) == 1 else None
    if thing is None:
        return None
    tags: dict[str, str] = thing.tags if hasattr(thing, "tags") else thing.setdefault("tags", {})
    if method == "POST":
        tags.update(body["tags"])
    elif method == "DELETE":
        for key in parse_qs(query).get("tagKeys", []):
            tags.pop(key, None)
    return 200, "", json.dumps({"tags": tags} if method == "GET" else {}).encode()


def _by_arn(region: str, arn: str) -> Any:
    for cluster in eks_backends[ACCOUNT][region].clusters.values():
        for member, what in (
            ("addonArn", "addon"),
            ("accessEntryArn", "access entry"),
            ("associationArn", "association"),
        ):
            for each in _kept(cluster, what).values():
                if each[member] == arn:
                    return each
        for group in cluster.nodegroups.values():
            if group.arn == arn:
                return group
    return None


def _cluster(region: str, name: str) -> Any:
    clusters = eks_backends[ACCOUNT][region].clusters
    if name not in clusters:
        raise _RefusedError(404, "ResourceNotFoundException", f"No cluster found for name: {name}.")
    return clusters[name]


def _kept(cluster: Any, what: str) -> dict[str, Any]:
    """The cluster's add-ons, entries or associations by name."""
    store: dict[str, dict[str, Any]] = cluster.__dict__.setdefault("tenantplane", {})
    return store.setdefault(what, {})


def _one(cluster: Any, what: str, name: str) -> Any:
    if name not in _kept(cluster, what):
        raise _RefusedError(404, "ResourceNotFoundException", f"no {what} {name} in cluster {cluster.name}")
    return _kept(cluster, what)[name]


def _add(cluster: Any, what: str, name: str, thing: Body) -> Body:
    if name in _kept(cluster, what):
        raise _RefusedError(409, "ResourceInUseException", f"{what} {name} already exists in cluster {cluster.name}")
    now = utcnow().timestamp()
    _kept(cluster, what)[name] = {**thing, "createdAt": now, "modifiedAt": now}
    made: Body = _kept(cluster, what)[name]
    return made


def _role(body: Mapping[str, Any], *names: str) -> None:
    for name in names:
        if body.get(name) and not _ROLE.fullmatch(str(body[name])):
            raise _RefusedError(400, "InvalidParameterException", f"{name}: {body[name]} is no ARN of a role")


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
        raise _RefusedError(400, "InvalidParameterException", f"an entry of type {kind} cannot have groups")
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
        raise _RefusedError(400, "InvalidParameterException", f"{body['policyArn']} is no access policy of EKS")
    now = utcnow().timestamp()
    made = {"policyArn": body["policyArn"], "accessScope": body["accessScope"], "associatedAt": now, "modifiedAt": now}
    entry["policies"][body["policyArn"]] = made
    return {"clusterName": cluster.name, "principalArn": names[1], "associatedAccessPolicy": made}


def _disassociate(cluster: Any, _region: str, names: list[str], _body: Body) -> Body:
    policies = _one(cluster, "access entry", names[1])["policies"]
    if policies.pop(names[2], None) is None:
        raise _RefusedError(404, "ResourceNotFoundException", f"{names[2]} is not associated with {names[1]}")
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
    for each in _kept(cluster, "association").values():
        if (each["namespace"], each["serviceAccount"]) == (body["namespace"], body["serviceAccount"]):
            where = f"{body['namespace']}/{body['serviceAccount']}"
            raise _RefusedError(409, "ResourceInUseException", f"an association for {where} already exists")
    name = f"a-{mock_random.get_random_hex(17)}"
    given = {key: value for key, value in body.items() if key != "clientRequestToken"}
    arn = _arn(region, f"podidentityassociation/{cluster.name}/{name}")
    made = {"clusterName": cluster.name, "associationId": name, "associationArn": arn, **given}
    return {"association": _add(cluster, "association", name, made)}


def _list_identities(cluster: Any, _region: str, _names: list[str], query: Body) -> Body:
    wanted = {key: query[key] for key in ("namespace", "serviceAccount") if key in query}
    kept = _kept(cluster, "association").values()
    return {"associations": [each for each in kept if wanted.items() <= each.items()]}


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
        del _kept(cluster, what)[names[1]]
        return {member: thing} if member else {}

    return remove


def _configure(cluster: Any, _region: str, _names: list[str], body: Body) -> None:
    """Before moto changes a cluster: the one setting that it does not know. The request goes on to moto."""
    if "deletionProtection" in body:
        cluster.__dict__["deletion_protection"] = bool(body["deletionProtection"])


def _protect(cluster: Any, _region: str, _names: list[str], _body: Body) -> None:
    """Before moto deletes a cluster. Its own requests go on to moto."""
    if cluster.__dict__.get("deletion_protection"):
        raise _RefusedError(400, "InvalidRequestException", f"cluster {cluster.name} has deletion protection")


def _tell(cluster: Any, _region: str, _names: list[str], body: Body) -> Body:
    """What localcloud says of the control plane behind a cluster, and settings that moto does not keep."""
    cluster.__dict__.update({key: value for key, value in body.items() if key in _TOLD})
    cluster.resources_vpc_config = {**cluster.resources_vpc_config, **body.get("vpc", {})}
    return {}


def _update(name: str) -> Body:
    return {"update": {"id": name, "status": "Successful", "type": "AddonUpdate", "params": [], "errors": []}}


_TOLD: Final = (
    "endpoint",
    "certificate_authority",
    "deletion_protection",
    "access_config",
    "upgrade_policy",
    "version",
)
_ENTRY: Final = ("clusters", "*", "access-entries", "*")
_ROUTES: Final[tuple[tuple[tuple[str, ...], str, Callable[..., Body | None]], ...]] = (
    (("clusters", "*"), "DELETE", _protect),
    (("clusters", "*", "update-config"), "POST", _configure),
    (("localcloud", "clusters", "*"), "POST", _tell),
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
