"""What moto lacks of EKS: tags of what is in a cluster, its protection from deletion, and eks_parts (C6).

Kept in moto's own cluster objects, so that it lives and dies with the cluster and is in every snapshot.
"""

import json
import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import parse_qs, unquote

from moto.eks.models import eks_backends

from localcloud.aws.server.eks_parts import ACCOUNT, ROUTES, Body, RefusedError, kept

_PREFIX = re.compile(r"eks/aws4_request")


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
            except RefusedError as error:
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
            for each in kept(cluster, what).values():
                if each[member] == arn:
                    return each
        for group in cluster.nodegroups.values():
            if group.arn == arn:
                return group
    return None


def _cluster(region: str, name: str) -> Any:
    clusters = eks_backends[ACCOUNT][region].clusters
    if name not in clusters:
        raise RefusedError(404, "ResourceNotFoundException", f"No cluster found for name: {name}.")
    return clusters[name]


def _configure(cluster: Any, _region: str, _names: list[str], body: Body) -> None:
    """Before moto changes a cluster: the one setting that it does not know. The request goes on to moto."""
    if "deletionProtection" in body:
        cluster.__dict__["deletion_protection"] = bool(body["deletionProtection"])


def _protect(cluster: Any, _region: str, _names: list[str], _body: Body) -> None:
    """Before moto deletes a cluster. Its own requests go on to moto."""
    if cluster.__dict__.get("deletion_protection"):
        raise RefusedError(400, "InvalidRequestException", f"cluster {cluster.name} has deletion protection")


def _tell(cluster: Any, _region: str, _names: list[str], body: Body) -> Body:
    """What localcloud says of the control plane behind a cluster, and settings that moto does not keep."""
    cluster.__dict__.update({key: value for key, value in body.items() if key in _TOLD})
    cluster.resources_vpc_config = {**cluster.resources_vpc_config, **body.get("vpc", {})}
    return {}


_TOLD: Final = (
    "endpoint",
    "certificate_authority",
    "deletion_protection",
    "access_config",
    "upgrade_policy",
    "version",
)
_ROUTES: Final[tuple[tuple[tuple[str, ...], str, Callable[..., Body | None]], ...]] = (
    (("clusters", "*"), "DELETE", _protect),
    (("clusters", "*", "update-config"), "POST", _configure),
    (("localcloud", "clusters", "*"), "POST", _tell),
    *ROUTES,
)
