"""The files of a catalogue side by side, as plain data: what checks across files read.

Plain data and not models, so that a mistake in one value hides none in another.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from settings.problems import Problem, listed, meant
from settings.yaml_source import Document, YamlPath

Mapping_ = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Sources:
    """The documents of a catalogue; None for one that could not be read.

    environments: those that have a topology. wrong: (file, path) of values already reported, which are passed over.
    """

    environment: str
    environments: tuple[str, ...]
    tiers: Document | None
    runtimes: Document | None
    regions: Document | None
    topology: Document | None
    prices: Document | None = None
    tenants: tuple[Document, ...]
    wrong: frozenset[tuple[str, YamlPath]]

    def ok(self, document: Document, path: YamlPath) -> bool:
        """Whether nothing was reported about a value."""
        return (document.file, path) not in self.wrong

    @cached_property
    def tier_ids(self) -> set[str]:
        return _ids(self.tiers, "tiers")

    @cached_property
    def region_ids(self) -> set[str]:
        return _ids(self.regions, "regions")

    @cached_property
    def runtime_by_id(self) -> dict[str, Mapping_]:
        return {str(each.get("id")): each for _, each in items(self.runtimes, ("runtimes",))}

    @cached_property
    def tier_by_id(self) -> dict[str, Mapping_]:
        return {str(each.get("id")): each for _, each in items(self.tiers, ("tiers",))}

    @cached_property
    def clusters(self) -> list[Mapping_]:
        return [each for _, each in items(self.topology, ("clusters",))]

    @cached_property
    def tenant_ids(self) -> set[str]:
        return {file_id(each) for each in self.tenants}

    def has(self, tenant: Document) -> bool:
        """Whether the environment has a tenant: it lists it, or lists none and serves the tenant's tier."""
        listed_in = entries(tenant.get("environments"))
        if listed_in:
            return self.environment in listed_in
        return any(tenant.get("tier") in entries(each.get("tiers")) for each in self.clusters)

    def unknown(self, document: Document, path: YamlPath, values: set[str], what: str) -> Iterator[Problem]:
        """A problem when the text at a path is none of the values. No values, no check: their file is what is wrong."""
        value = document.get(*path)
        if isinstance(value, str) and values and value not in values and self.ok(document, path):
            yield document.problem(path, f"{what} {value!r} is not known{meant(value, values)}", listed(values))


def file_id(tenant: Document) -> str:
    """Id of a tenant by the name of its file, which is what other files mean."""
    return tenant.file.rsplit("/", 1)[-1].rsplit(".", 1)[0]


def items(document: Document | None, path: YamlPath) -> Iterator[tuple[YamlPath, Mapping_]]:
    """The mappings of a list, with their paths."""
    for index, each in enumerate(entries(document.get(*path)) if document is not None else ()):
        if isinstance(each, dict):
            yield (*path, index), each


def paths(document: Document, path: YamlPath) -> Iterator[YamlPath]:
    """The paths of a list's entries."""
    for index in range(len(entries(document.get(*path)))):
        yield (*path, index)


def entries(value: object) -> list[Any]:
    """The list, or none when the value is no list."""
    return value if isinstance(value, list) else []


def repeated(document: Document, path: YamlPath, field: str) -> Iterator[Problem]:
    """Problems for entries of a list whose field has the value of an earlier one's."""
    first: dict[str, int] = {}
    for at, each in items(document, path):
        value = each.get(field)
        if isinstance(value, str):
            line = document.line((*at, field))
            if value in first:
                what = f"{field} {value!r} is given again (first on line {first[value]})"
                yield document.problem((*at, field), what, f"each {field} once")
            first.setdefault(value, line)


def _ids(document: Document | None, key: str) -> set[str]:
    return {each["id"] for _, each in items(document, (key,)) if isinstance(each.get("id"), str)}
