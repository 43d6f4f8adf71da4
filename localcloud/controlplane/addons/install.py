"""Gives an add-on its kinds, its rights and its way in; remembers which add-ons a cluster has."""

import hashlib
import http
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from localcloud.controlplane.addons.catalogue import Addon
from localcloud.controlplane.client import ApiError, Client, wait
from localcloud.controlplane.configuration import kubeconfig_of
from localcloud.controlplane.layout import Layout
from localcloud.controlplane.pki import issue_client
from localcloud.errors import LocalcloudError
from localcloud.files import write_whole
from localcloud.toolchain import kept_files

ESTABLISHED_TIMEOUT_S = 60.0

_CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_RBAC = "/apis/rbac.authorization.k8s.io/v1"
_RBAC_VERSION = "rbac.authorization.k8s.io/v1"
_NAMESPACES = "/api/v1/namespaces"

Manifest = dict[str, Any]


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the C one where there is one
    """Reads `=` as text. YAML 1.1 gives it a type of its own, which PyYAML knows and cannot make."""


_Loader.add_constructor("tag:yaml.org,2002:value", yaml.SafeLoader.construct_yaml_str)


def grant_addon(layout: Layout, api: Client, server: str, addon: Addon, ports: Mapping[str, int]) -> None:
    """Apply the kinds, the rights and the webhooks of an add-on and, where it has a process, write its configuration
    and kubeconfig; the objects are left alone when that was done before.

    Raises LocalcloudError when its kinds are not served in time.
    """
    if addon.configuration is not None:
        write_whole(*addon.configured(layout, ports))
    files = addon.files or kept_files(addon.name)
    version = _version(addon, files)
    if _granted(layout).get(addon.name) == version:
        return
    conversion: Manifest = {"strategy": "None"}
    if addon.webhooks is not None:
        addon.webhooks.ensure_certificates(layout)
        conversion = addon.webhooks.conversion(layout, ports)
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": addon.webhooks.namespace}}
        inside = f"{_NAMESPACES}/{addon.webhooks.namespace}"
        _apply(api, inside, namespace)
        _apply(api, f"{inside}/secrets/{addon.webhooks.secret}", addon.webhooks.secret_of(layout))
    definitions = list(_definitions(files / addon.crds, addon.version, conversion))
    for manifest in definitions:
        _apply(api, f"{_CRDS}/{manifest['metadata']['name']}", manifest)
    for path, manifest in _access(addon, files):
        _apply(api, path, manifest)
    if addon.webhooks is not None:
        for path, manifest in addon.webhooks.configurations(layout, ports, files):
            _apply(api, path, manifest)
    for manifest in definitions:
        _until_established(api, str(manifest["metadata"]["name"]))
    if addon.tool is not None:
        certificate, key = issue_client(layout, addon.user)
        config = kubeconfig_of(layout, server, layout.name, user=addon.user, certificate=certificate, key=key)
        write_whole(layout.part_kubeconfig(addon.name), config)
    write_whole(_record(layout), json.dumps({**_granted(layout), addon.name: version}))


def installed(layout: Layout) -> tuple[str, ...]:
    """Names of the add-ons that a cluster has."""
    return tuple(_granted(layout))


def silence(api: Client, addons: Iterable[Addon]) -> None:
    """Let the API server no longer ask add-ons that do not run any more: it would refuse whatever it asks them about.

    Their kinds and what was made of them stay.
    """
    for addon in addons:
        for path in addon.webhooks.paths() if addon.webhooks else ():
            try:
                api.request("DELETE", path)
            except ApiError as error:
                if error.status != http.HTTPStatus.NOT_FOUND:
                    raise


def record(layout: Layout, names: Iterable[str]) -> None:
    """Forget the add-ons that a cluster has no longer. Their kinds stay, and with them what tenants made of them."""
    wanted = set(names)
    kept = {name: files for name, files in _granted(layout).items() if name in wanted}
    if kept != _granted(layout):
        write_whole(_record(layout), json.dumps(kept))


def _record(layout: Layout) -> Path:
    return layout.directory / "addons.json"


def _granted(layout: Layout) -> dict[str, str]:
    """By add-on, the version of its kinds and rights."""
    try:
        return {str(name): str(files) for name, files in json.loads(_record(layout).read_text()).items()}
    except FileNotFoundError:
        return {}


def _version(addon: Addon, files: Path) -> str:
    """What changes with the kinds and rights: the hash of the pin, which names its directory, or of the files."""
    if addon.files is None:
        return files.name
    digest = hashlib.sha256()
    for file in (*sorted((files / addon.crds).glob("*.yaml")), *(files / name for name in addon.roles)):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _definitions(directory: Path, served: str | None, conversion: Manifest) -> Iterator[Manifest]:
    """CustomResourceDefinitions with one version and no other, so that nothing has to be converted: the one that is
    named, else the one that the module stores."""
    for file in sorted(directory.glob("*.yaml")):
        for manifest in yaml.load_all(file.read_text(), Loader=_Loader):
            if not manifest:
                continue
            spec = manifest["spec"]
            spec["versions"] = [
                {**version, "storage": True, "served": True}
                for version in spec["versions"]
                if (version["name"] == served if served else version["storage"])
            ]
            spec["conversion"] = conversion
            yield manifest


def _access(addon: Addon, files: Path) -> Iterator[tuple[str, Manifest]]:
    """Its roles as the module has them, each bound to the add-on's user; a Role in the namespace of its webhooks."""
    for name in addon.roles:
        for role in yaml.safe_load_all((files / name).read_text()):
            if not role or role["kind"] not in ("ClusterRole", "Role"):
                continue
            title, kind = f"{addon.prefix}{role['metadata']['name']}", role["kind"]
            metadata, base = {"name": title}, _RBAC
            if kind == "Role":
                if addon.webhooks is None:
                    continue  # for the election of a leader: there is one process
                metadata["namespace"] = addon.webhooks.namespace
                base = f"{_RBAC}/namespaces/{addon.webhooks.namespace}"
            yield f"{base}/{kind.lower()}s/{title}", {**role, "metadata": metadata}
            binding = {
                "apiVersion": _RBAC_VERSION,
                "kind": f"{kind}Binding",
                "metadata": metadata,
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": title},
                "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": addon.user}],
            }
            yield f"{base}/{kind.lower()}bindings/{title}", binding


def _apply(api: Client, path: str, manifest: Manifest) -> None:
    api.request("PATCH", f"{path}?fieldManager=localcloud&force=true", manifest, "application/apply-patch+yaml")


def _until_established(api: Client, name: str) -> None:
    def established() -> bool:
        # Before its controllers have looked at it the list is null.
        conditions = api.request("GET", f"{_CRDS}/{name}").get("status", {}).get("conditions") or []
        return any(each["type"] == "Established" and each["status"] == "True" for each in conditions)

    if not wait(established, ESTABLISHED_TIMEOUT_S):
        raise LocalcloudError(f"the API server does not serve {name} after {ESTABLISHED_TIMEOUT_S:.0f} s")
