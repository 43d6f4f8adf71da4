"""The editors' schemas are current, take every file of the catalogue and refuse what the loader refuses."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from settings.schema import FILES, schemas, stale, write
from settings.yaml_source import parse
from tests.unit.settings import small_catalogue
from tests.unit.settings.test_catalogue import CATALOG

FOLDERS = {"policy": "policy", "tenants": "tenant", "topology": "topology"}


def kind_of(path: str) -> str:
    folder = path.split("/", maxsplit=1)[0] if "/" in path else ""
    return FOLDERS.get(folder, path.removesuffix(".yaml"))


def catalogue_files() -> list[Path]:
    return sorted(path for path in CATALOG.rglob("*.yaml"))


def validator(kind: str) -> Any:
    return jsonschema.Draft202012Validator(json.loads(schemas()[f"{kind}.schema.json"]))


def test_the_committed_schemas_are_current() -> None:
    assert stale(CATALOG / "schemas") == []


@pytest.mark.parametrize("kind", FILES)
def test_a_schema_is_a_schema(kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(schemas()[f"{kind}.schema.json"]))


@pytest.mark.parametrize("path", catalogue_files(), ids=lambda path: path.stem)
def test_a_file_of_the_catalogue_fits_its_schema_and_names_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    kind = kind_of(str(path.relative_to(CATALOG)))

    document, _ = parse(text.encode(), path.name)  # as the loader reads it: a day is text
    assert document is not None
    validator(kind).validate(document.data)
    named = text.splitlines()[0].removeprefix("# yaml-language-server: $schema=")
    assert (path.parent / named).resolve() == CATALOG / "schemas" / f"{kind}.schema.json"


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("tenants/acme.yaml", "tier: solo", "teer: solo"),
        ("tenants/acme.yaml", "id: acme", "id: Acme"),
        ("tenants/acme.yaml", "kind: homework-correction", "kind: homework"),
        ("tenants/acme.yaml", "@sha256:", ":"),
        ("tenants/acme.yaml", "monthly_usd: 100", "monthly_usd: 0"),
        ("tiers.yaml", "family: platform\n    title: Solo", "family: plattform\n    title: Solo"),
        ("topology/test.yaml", "shards: 4", "shards: 65"),
        ("runtimes.yaml", "pools: [cpu, dedicated]", "pools: [cpu, dedikated]"),
        ("regions.yaml", "{id: north, title: North,", "{id: north,"),
    ],
)
def test_an_editor_shows_the_mistake(file: str, old: str, new: str) -> None:
    text = small_catalogue.FILES[file]
    check = validator(kind_of(file))
    assert check.is_valid(yaml.safe_load(text))  # the twin

    assert old in text
    assert not check.is_valid(yaml.safe_load(text.replace(old, new)))


def test_writing_makes_current_and_removes_what_is_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "old.schema.json").write_text("{}")
    (tmp_path / "tenant.schema.json").write_text("{}")

    assert write(tmp_path) == sorted([*schemas(), "old.schema.json"])
    assert stale(tmp_path) == []
    assert write(tmp_path) == []
    assert not (tmp_path / "old.schema.json").exists()
