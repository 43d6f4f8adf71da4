"""What a local Envoy is told: Envoy Gateway's configuration, with this machine in place of a cluster.

Exactly this is changed, and nothing of a route, a filter or a limit: the listener is on loopback, on a port of its own
(the one for probes of pods is left out); configuration comes from files in place of a controller; the issuer's keys
come from a file in place of the issuer; and services are ports of this machine, or do not answer.
"""

import copy
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from localcloud.controlplane.gateway.translation import Translation
from localcloud.controlplane.ports import HOST
from localcloud.errors import LocalcloudError
from localcloud.files import write_whole

Resource = dict[str, Any]

_NAMED = {"rds": ("RouteConfiguration", "configSource", "routeConfigName"), "sds": ("Secret", "sdsConfig", "name")}
"""What is asked for by name, and has a file for each: of which type, under which key, and under which key the name."""


@dataclass(frozen=True, kw_only=True)
class Local:
    """How this machine stands in for a cluster. folder: of the files. port: of the listener. keys: file with the
    issuer's public keys, a JWKS. services: `<namespace>/<service>` to a port on loopback; others do not answer.
    """

    folder: Path
    port: int
    keys: Path
    services: Mapping[str, int] = field(default_factory=dict)

    def file(self, name: str, resource: str = "") -> Path:
        """Of a kind of resources, or of one of them."""
        of = f"-{hashlib.sha256(resource.encode()).hexdigest()[:8]}" if resource else ""
        return self.folder / f"{name}{of}.json"


def bootstrap(local: Local) -> Resource:
    """What Envoy starts with: where the rest is. No administration interface: nobody needs one, and it stops Envoy."""
    sources = {f"{name}Config": _from_file(local.file(name)) for name in ("cds", "lds")}
    return {"node": {"id": "tenantplane", "cluster": "tenantplane"}, "dynamicResources": sources}


def write_configuration(translation: Translation, local: Local) -> None:
    """Write the files that Envoy watches; what did not change is left alone, so that nothing is loaded anew.

    Raises LocalcloudError when there is nothing to listen for.
    """
    listeners = [_listener(each, local) for each in translation.of("Listener") if "/" in each["name"]]
    if not listeners:
        raise LocalcloudError("the cluster has no Gateway that a local one could stand for")
    for name, (kind, _, _) in _NAMED.items():
        for each in translation.of(kind):
            _write(local.file(name, each["name"]), translation, kind, [_told(each, local)])
    addresses = {each["clusterName"]: _addresses(each, local) for each in translation.of("ClusterLoadAssignment")}
    clusters = [_fixed(each, addresses) for each in translation.of("Cluster") if each["name"] in addresses]
    _write(local.file("cds"), translation, "Cluster", [_told(each, local) for each in clusters])
    # Last, because listeners lead to all the others.
    _write(local.file("lds"), translation, "Listener", listeners)


def _write(path: Path, translation: Translation, kind: str, resources: list[Resource]) -> None:
    url = next(url for url in translation.xds if url.endswith(f".{kind}"))
    text = json.dumps([{"@type": url, **each} for each in resources], sort_keys=True)
    version = hashlib.sha256(text.encode()).hexdigest()[:16]
    content = f'{{"versionInfo": "{version}", "resources": {text}}}'
    if not path.is_file() or path.read_text() != content:
        write_whole(path, content)


def _from_file(path: Path) -> Resource:
    return {"pathConfigSource": {"path": str(path)}, "resourceApiVersion": "V3"}


def _told(value: Any, local: Local) -> Any:
    """The same with files in place of a controller, and of an issuer that answers."""
    if isinstance(value, list):
        return [_told(each, local) for each in value]
    if not isinstance(value, dict):
        return value
    made: dict[str, Any] = {}
    for key, each in value.items():
        named = next(((name, by) for name, (_, at, by) in _NAMED.items() if at == key), None)
        if named is not None and isinstance(each, dict) and "ads" in each:
            name, by = named
            made[key] = _from_file(local.file(name, value[by]))
        elif key == "remoteJwks":
            made["localJwks"] = {"filename": str(local.keys)}
        else:
            made[key] = _told(each, local)
    return made


def _listener(listener: Resource, local: Local) -> Resource:
    here = {"socketAddress": {"address": HOST, "portValue": local.port}}
    return {**_told(listener, local), "address": here}


def _fixed(cluster: Resource, addresses: Mapping[str, Resource]) -> Resource:
    """The same with its addresses in it. That of the issuer, which has them by name, is not needed."""
    kept = {key: each for key, each in cluster.items() if key != "edsClusterConfig"}
    return {**kept, "type": "STATIC", "loadAssignment": addresses[cluster["name"]]}


def _addresses(assignment: Resource, local: Local) -> Resource:
    """Ports of this machine alone. The address of a Service means nothing outside its cluster, and whoever has it on
    the network of this machine shall not get tenants' requests; where nothing is left, the answer is 503."""
    made: Resource = copy.deepcopy(assignment)
    for locality in made.get("endpoints", ()):
        of = locality.get("metadata", {}).get("filterMetadata", {}).get("envoy-gateway", {}).get("resources", ())
        known = (local.services.get(f"{each['namespace']}/{each['name']}") for each in of)
        here = {"socketAddress": {"address": HOST, "portValue": next((each for each in known if each), None)}}
        locality["lbEndpoints"] = [
            {**each, "endpoint": {"address": here}}
            for each in locality.get("lbEndpoints", ())
            if here["socketAddress"]["portValue"] is not None
        ]
    return made
