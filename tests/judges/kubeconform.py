"""Runs kubeconform, an external judge of manifests, on the schemas of the API servers themselves (I1).

Its schemas of built-in kinds are made of Kubernetes' own OpenAPI document, those of the others of the very
CustomResourceDefinitions that the add-ons install; nothing is downloaded. What no schema mentions is refused.
"""

import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from localcloud.controlplane.addons.catalogue import ADDONS
from localcloud.toolchain import kept_files
from tests.go_program import go, go_program

KUBERNETES: Final = "k8s.io/kubernetes@v1.34.1"
_MODULE: Final = Path(__file__).parent / "kubeconform_module"
_PACKAGE: Final = "github.com/yannh/kubeconform/cmd/kubeconform"
_DEFINITIONS: Final = "#/definitions/"
_FREE: Final = {
    # A text that says "int-or-string", and texts that may be written as numbers.
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": {"type": ["string", "integer"]},
    "io.k8s.apimachinery.pkg.api.resource.Quantity": {"type": ["string", "number"]},
}

Schema = dict[str, Any]


class _Loader(yaml.CSafeLoader):
    """Takes `=` for the text that it is, as Kubernetes does and YAML 1.1 does not."""


_Loader.add_constructor("tag:yaml.org,2002:value", lambda _, node: str(node.value))


def built() -> Path:
    """The program, built once for each pin; skips the test where it cannot be had."""
    return go_program(_MODULE, _PACKAGE)


def judge(program: Path, schemas: Path, folder: Path, manifests: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What kubeconform says of each manifest: `kind`, `name`, `status` and `msg`."""
    folder.mkdir(parents=True)
    for number, each in enumerate(manifests):
        (folder / f"{number:04d}.json").write_text(json.dumps(each))
    where = f"{schemas}/{{{{.Group}}}}_{{{{.ResourceKind}}}}_{{{{.ResourceAPIVersion}}}}.json"
    done = subprocess.run(
        [str(program), "-strict", "-verbose", "-output", "json", "-n", "2", "-schema-location", where, str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    said: list[dict[str, Any]] = json.loads(done.stdout)["resources"]
    return said


def write_schemas(folder: Path) -> None:
    """A file for each kind, named by group, kind and version."""
    folder.mkdir(parents=True)
    for (group, kind, version), schema in {**dict(_built_in()), **dict(_custom())}.items():
        # The core group has no name; kubeconform has its version in that place.
        (folder / f"{group or version}_{kind.lower()}_{version}.json").write_text(json.dumps(schema))


def _built_in() -> Iterator[tuple[tuple[str, str, str], Schema]]:
    module = Path(json.loads(go(_MODULE, "mod", "download", "-json", KUBERNETES))["Dir"])
    definitions = json.loads((module / "api" / "openapi-spec" / "swagger.json").read_text())["definitions"]
    closed = {name: _FREE.get(name) or _closed(each) for name, each in definitions.items()}
    for name, each in definitions.items():
        for kind in each.get("x-kubernetes-group-version-kind", []):
            used: dict[str, Schema] = {}
            _collect(name, closed, used)
            whole = {"definitions": used, "$ref": _DEFINITIONS + name}
            yield (kind["group"], kind["kind"], kind["version"]), whole


def _collect(name: str, definitions: Mapping[str, Schema], used: dict[str, Schema]) -> None:
    """A definition and all that it refers to."""
    if name in used:
        return
    used[name] = definitions[name]
    for each in _references(definitions[name]):
        _collect(each, definitions, used)


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(found := schema.get("$ref"), str):
            yield found.removeprefix(_DEFINITIONS)
        for each in schema.values():
            yield from _references(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from _references(each)


def _custom() -> Iterator[tuple[tuple[str, str, str], Schema]]:
    for addon in ADDONS.values():
        folder = (addon.files or kept_files(addon.name)) / addon.crds
        for file in sorted(folder.glob("*.yaml")):
            for made in filter(None, yaml.load_all(file.read_text(), Loader=_Loader)):
                spec = made["spec"]
                for version in spec["versions"]:
                    schema = _closed(version["schema"]["openAPIV3Schema"])
                    if "properties" in schema:
                        own = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {}}
                        schema["properties"] = {**own, **schema["properties"]}
                    yield (spec["group"], spec["names"]["kind"], version["name"]), schema


def _closed(schema: Any) -> Any:
    """The schema as plain JSON Schema, in which an object has no property but those that are named."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: _closed(value) for key, value in schema.items() if not key.startswith("x-kubernetes-")}
    if schema.get("x-kubernetes-int-or-string"):
        made.pop("type", None)
    if schema.get("nullable") and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
    named = isinstance(schema.get("properties"), dict) and schema.get("type") == "object"
    if named and "additionalProperties" not in schema and not schema.get("x-kubernetes-preserve-unknown-fields"):
        made["additionalProperties"] = False
    return made
