"""Loads a catalogue for one environment: everything right, or every mistake at once (A1)."""

from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeVar

from pydantic import ValidationError

from settings import yaml_source
from settings.burst import EndedBurst
from settings.catalogue import Catalogue
from settings.fields import Model
from settings.prices import Prices
from settings.problems import CatalogueError, Problem, listed, meant
from settings.references import reference_problems
from settings.runtime import RegionsFile, RuntimesFile
from settings.sources import Sources
from settings.sums import failover_problems, sum_problems
from settings.tenant import Tenant
from settings.tier import TiersFile
from settings.topology import Topology
from settings.wording import explained
from settings.yaml_source import Document, YamlPath

_Model = TypeVar("_Model", bound=Model)
PRICES: Final = "prices.yaml"
"""Only this file may be missing: a platform that shows no costs needs no prices."""


def environments(root: Path) -> tuple[str, ...]:
    """Environments that have a topology, sorted."""
    return tuple(sorted(path.stem for path in (root / "topology").glob("*.yaml")))


def load_catalogue(root: Path, environment: str, on: date | None = None) -> Catalogue:
    """Reads and checks the catalogue under `root` for one environment.

    on: the day it is for; bursts that ended before it are left out. On no day in particular every burst counts.

    Raises CatalogueError with every mistake of every file, cross-references included; nothing partial is returned. Sums
    (quotas, capacity) are checked once each file is right by itself.
    """
    known = environments(root)
    topology_file = f"topology/{environment}.yaml"
    if environment not in known:
        what = f"environment {environment!r} has no topology{meant(environment, known)}"
        raise CatalogueError([Problem(topology_file, 1, what, listed(known))])
    reader = _Reader(root)
    tiers_doc, tiers = reader.file("tiers.yaml", TiersFile)
    runtimes_doc, runtimes = reader.file("runtimes.yaml", RuntimesFile)
    regions_doc, regions = reader.file("regions.yaml", RegionsFile)
    topology_doc, topology = reader.file(topology_file, Topology)
    prices_doc, prices = reader.file(PRICES, Prices) if (root / PRICES).exists() else (None, None)
    tenants = [reader.file(f"tenants/{name}", Tenant) for name in reader.tenant_files()]
    sources = Sources(
        environment=environment,
        environments=known,
        tiers=tiers_doc,
        runtimes=runtimes_doc,
        regions=regions_doc,
        topology=topology_doc,
        prices=prices_doc,
        tenants=tuple(document for document, _ in tenants if document is not None),
        wrong=frozenset(reader.wrong),
    )
    problems = [*reader.problems, *reference_problems(sources)]
    if problems or tiers is None or runtimes is None or regions is None or topology is None:
        raise CatalogueError(problems)
    for cluster in topology.clusters:
        cluster.have_runtimes(runtimes.runtimes)
    present = [
        _here(tenant, environment) for document, tenant in tenants if document and tenant and sources.has(document)
    ]
    over = {each.id: each.burst.until for each in present if each.burst and not each.burst.in_force(on)}
    catalogue = Catalogue(
        environment=environment,
        tiers=MappingProxyType({tier.id: tier for tier in tiers.tiers}),
        runtimes=MappingProxyType({runtime.id: runtime for runtime in runtimes.runtimes}),
        regions=MappingProxyType({region.id: region for region in regions.regions}),
        topology=topology,
        prices=prices,
        tenants=tuple(
            sorted(
                (each.model_copy(update={"burst": None}) if each.id in over else each for each in present),
                key=lambda each: each.id,
            )
        ),
        ended=tuple(EndedBurst(tenant=tenant, until=until) for tenant, until in sorted(over.items())),
    )
    documents = {document.file: document for document in (topology_doc, *sources.tenants) if document is not None}
    if problems := sum_problems(catalogue, documents) or failover_problems(catalogue, documents):
        raise CatalogueError(problems)
    return catalogue


def _here(tenant: Tenant, environment: str) -> Tenant:
    """The tenant with those of its workloads that run in an environment."""
    kept = tuple(each for each in tenant.workloads if not each.environments or environment in each.environments)
    return tenant if len(kept) == len(tenant.workloads) else tenant.model_copy(update={"workloads": kept})


class _Reader:
    """Reads files one by one and remembers what was wrong with them."""

    def __init__(self, root: Path) -> None:
        self.problems: list[Problem] = []
        self.wrong: set[tuple[str, YamlPath]] = set()
        self._root = root

    def file(self, file: str, model: type[_Model]) -> tuple[Document | None, _Model | None]:
        read, problems = yaml_source.read(self._root / file, file)
        self.problems += problems
        if read is None:
            return None, None
        try:
            return read, model.model_validate(read.data)
        except ValidationError as error:
            found = explained(error, read, model)
            self.problems += found.values()
            self.wrong |= {(file, path) for path in found}
            return read, None

    def tenant_files(self) -> list[str]:
        """Names of the tenants' files; anything else in their folder is a tenant that nobody would see."""
        folder = self._root / "tenants"
        found: list[str] = []
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.name.startswith(".") or path.name == "README.md":
                continue
            if path.suffix == ".yaml" and path.is_file():
                found.append(path.name)
            else:
                what = "not a tenant's file"
                self.problems.append(Problem(f"tenants/{path.name}", 1, what, "files named <id>.yaml, and README.md"))
        if not folder.is_dir():
            self.problems.append(Problem("tenants", 1, "the folder is missing", "a folder of files named <id>.yaml"))
        return found
