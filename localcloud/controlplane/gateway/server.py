"""One Envoy beside a local control plane, on loopback, with the cluster's own certificates."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from localcloud.controlplane import process
from localcloud.controlplane.companion import Companion, listens
from localcloud.controlplane.gateway.configuration import Local, bootstrap, write_configuration
from localcloud.controlplane.gateway.issuer import Issuer, local_issuer
from localcloud.controlplane.gateway.programs import find_envoy
from localcloud.controlplane.gateway.translation import Manifest, bare, translate
from localcloud.controlplane.layout import Layout
from localcloud.controlplane.pki import CLUSTER, issue_server
from localcloud.controlplane.ports import free_ports
from localcloud.files import write_whole

PART = "gateway"
_READY_TIMEOUT_S = 30.0
_STOP_GRACE_S = 5.0


@dataclass(frozen=True)
class _Made:
    """What is remembered of a gateway between commands. digest: of the objects it was told last."""

    port: int
    digest: str
    refusals: tuple[str, ...]


@dataclass(frozen=True)
class GatewayServer:
    """A running gateway. port: of its listener on loopback. authority: file of the certificate that signed its own.
    issuer: whose tokens it takes. started: whether this call started it. refusals: of the objects it serves, those that
    Envoy Gateway does not take, in its words.
    """

    port: int
    authority: Path
    issuer: Issuer
    started: bool = False
    refusals: tuple[str, ...] = ()


def serve_gateway(
    layout: Layout, objects: Iterable[Manifest], services: Mapping[str, int] | None = None
) -> GatewayServer:
    """Serve what these objects of the cluster say: start Envoy, or tell the running one what changed.

    services: `<namespace>/<service>` to a port on loopback, for those that run on this machine; the others do not
    answer, as their pods are simulated.
    Needs the cluster's certificates. Raises NoEnvoyError when this machine has none, LocalcloudError when the objects
    are wrong or Envoy does not start.
    """
    envoy = find_envoy()
    wanted, known, there = list(objects), _known(layout), running_gateway(layout)
    digest = _digest(wanted, services)
    if there is not None and known is not None and known.digest == digest:
        return there
    issuer = local_issuer(_folder(layout))
    translation = translate([*wanted, *_certificates(layout, wanted)])
    port = known.port if known else free_ports([PART])[PART]
    local = Local(folder=_folder(layout), port=port, keys=issuer.keys, services=services or {})
    write_configuration(translation, local)
    # Before it is started, so that a command killed in between finds it again.
    write_whole(_folder(layout) / "server.json", json.dumps(asdict(_Made(port, "", ()))))
    if there is None:
        _start(layout, envoy, local)
    write_whole(_folder(layout) / "server.json", json.dumps(asdict(_Made(port, digest, translation.refusals))))
    return GatewayServer(port, layout.certificate(CLUSTER), issuer, there is None, translation.refusals)


def running_gateway(layout: Layout) -> GatewayServer | None:
    """The cluster's gateway when it runs and answers, else None."""
    made = _known(layout)
    if made is None or not _companion(layout).runs or not listens(made.port):
        return None
    issuer = local_issuer(_folder(layout))
    return GatewayServer(made.port, layout.certificate(CLUSTER), issuer, refusals=made.refusals)


def end_gateway(layout: Layout) -> None:
    """End Envoy and delete its files, the issuer's keys among them."""
    _companion(layout).end(_STOP_GRACE_S)


def _start(layout: Layout, envoy: Path, local: Local) -> None:
    _companion(layout).require_free(local.port)
    write_whole(local.file("bootstrap"), json.dumps(bootstrap(local)))
    command = (
        str(envoy),
        *("--config-path", str(local.file("bootstrap"))),
        *("--concurrency", "1"),
        *("--log-level", "warning"),
        "--disable-hot-restart",
    )
    child = process.spawn(command, layout.log(PART), layout.process(PART), _folder(layout), {})
    _companion(layout).await_start(child, lambda: listens(local.port), _READY_TIMEOUT_S)


def _certificates(layout: Layout, objects: list[Manifest]) -> list[Manifest]:
    """The Secret that each listener of a Gateway names, with a certificate of the cluster for its host. It is made once
    and is not among the objects of the cluster: nobody in it has its key."""
    made: list[Manifest] = []
    for gateway in (each for each in objects if each["kind"] == "Gateway"):
        for listener in gateway["spec"]["listeners"]:
            for ref in listener.get("tls", {}).get("certificateRefs", ()):
                certificate, key = _certificate(layout, listener.get("hostname") or _any_host(objects))
                data = {"tls.crt": _encoded(certificate), "tls.key": _encoded(key)}
                metadata = {"name": ref["name"], "namespace": gateway["metadata"]["namespace"]}
                secret: dict[str, Any] = {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls"}
                made.append({**secret, "metadata": metadata, "data": data})
    return made


def _any_host(objects: Iterable[Manifest]) -> str:
    """For a listener that names no host: the one that all routes have in common, behind their first word."""
    hosts = (host for each in objects if each["kind"] == "HTTPRoute" for host in each["spec"].get("hostnames", ()))
    return f"*.{next(iter(hosts), 'localhost').partition('.')[2]}"


def _certificate(layout: Layout, host: str) -> tuple[bytes, bytes]:
    name = host.replace("*", "any")
    files = _folder(layout) / f"{name}.crt", _folder(layout) / f"{name}.key"
    if not all(file.is_file() for file in files):
        # The one that is looked for comes last: a killed start leaves no certificate without its key.
        certificate, key = issue_server(layout, "tenantplane-gateway", (host,))
        write_whole(files[1], key)
        write_whole(files[0], certificate)
    return files[0].read_bytes(), files[1].read_bytes()


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _companion(layout: Layout) -> Companion:
    return Companion(layout, PART, "the gateway", "envoy", _folder(layout))


def _folder(layout: Layout) -> Path:
    return layout.directory / "gateway"


def _digest(objects: list[Manifest], services: Mapping[str, int] | None) -> str:
    """Changes with what the gateway is to serve, and not with what the API server notes of it."""
    text = json.dumps([sorted((services or {}).items()), [bare(each) for each in objects]], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _known(layout: Layout) -> _Made | None:
    try:
        data = json.loads((_folder(layout) / "server.json").read_text())
        return _Made(int(data["port"]), str(data["digest"]), tuple(data["refusals"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
