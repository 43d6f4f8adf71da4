"""The stacks of an environment, and the configuration each is run with (design: Layers)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import yaml

from fleet.errors import FleetError
from settings import Catalogue, names
from settings.plan_hash import StackPlans
from settings.stack_config import StackConfig, StackConfigError, parse_stack_config
from settings.yaml_source import SafeLoader

PREFIX: Final = "tenantplane:"
_SECRETS: Final = ("secretsprovider", "encryptedkey", "encryptionsalt")

# Like that loader, about ten times faster, which tells where each shard has a file.
_Dumper: Final[Any] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


@dataclass(frozen=True, kw_only=True)
class Stack:
    """One stack of an environment.

    file: the configuration file it is run with. tenants: ids of those it is to hold, sorted. plan: the hash of what
    it is to be. namespaces: by tenant, the names of those it has beside its home. needs: names of the stacks that it
    stands on. after: names of stacks that it waits for where they are run as well, and goes on without. lost: whether
    its cluster is, so that it is not run.
    """

    name: str
    config: StackConfig
    file: Path
    tenants: tuple[str, ...]
    plan: str
    namespaces: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    lost: bool = False

    @property
    def is_shared(self) -> bool:
        """Whether it holds what the tenants of other stacks stand on."""
        return not self.config.has_tenants


def project_name(root: Path) -> str:
    """Name of the Pulumi project in `root`."""
    found = re.search(r"^name:\s*(\S+)", (root / "Pulumi.yaml").read_text(), re.MULTILINE)
    if found is None:
        raise FleetError(f"{root / 'Pulumi.yaml'} names no project")
    return found.group(1)


def stacks_of(catalogue: Catalogue, root: Path) -> tuple[Stack, ...]:
    """The stacks of an environment, in the order in which they depend on each other.

    Phase one with one shard is one stack, named like the environment. Otherwise each cluster has a platform stack, and
    one for each shard of its tenants. Their configuration files are generated beside that of the environment,
    Pulumi.<environment>.yaml in `root`, so that plain `pulumi` finds them too. Raises FleetError when that one is
    missing or wrong.
    """
    environment, clusters = catalogue.environment, catalogue.topology.clusters
    base = root / f"Pulumi.{environment}.yaml"
    if not base.is_file():
        raise FleetError(f"{base.name} is missing: the environment {environment!r} has no stack configuration")
    document = _read(base)
    values = dict(document.get("config") or {})
    plans = StackPlans(catalogue, root)
    alone = len(clusters) == 1 and catalogue.topology.phase == "one"
    if alone and clusters[0].shards == 1:
        return (_stack(catalogue, plans, names.stack_name(environment), base, values),)
    cloud = _cloud_stacks(catalogue, plans, root, document, values)
    platforms: list[Stack] = []
    shards: list[Stack] = []
    for cluster in clusters:
        own = {**values, f"{PREFIX}cluster": cluster.name}
        platform = names.platform_stack(environment, None if alone else cluster.name)
        file = _write(root, platform, document, {**own, f"{PREFIX}layer": "platform"})
        made = _stack(catalogue, plans, platform, file, {**own, f"{PREFIX}layer": "platform"})
        below = names.foundation_stack(environment, cluster.region)
        needs = (below,) if cluster.provider == "eks" else ()
        # Tenants' names are aliases of their clusters', and Route 53 makes none of a name that is not there. But a
        # region that is lost, and its foundation with it, must not stop the tenants of the others.
        after = (names.entrances_stack(environment),) if cluster.provider == "eks" else ()
        platforms.append(replace(made, needs=needs, lost=cluster.lost))
        for shard in range(cluster.shards):
            name = names.stack_name(environment, cluster.name, shard)
            config = {**own, f"{PREFIX}layer": "tenants", f"{PREFIX}shard": str(shard)}
            made = _stack(catalogue, plans, name, _write(root, name, document, config), config)
            shards.append(replace(made, needs=(*needs, platform), after=after, lost=cluster.lost))
    return (*cloud, *platforms, *shards)


def _cloud_stacks(
    catalogue: Catalogue, plans: StackPlans, root: Path, document: Mapping[str, Any], values: Mapping[str, Any]
) -> tuple[Stack, ...]:
    """What clusters at AWS stand on: a foundation for each region, the account's first before the others, and the
    entrances. None where no cluster is there."""
    if (account := catalogue.topology.aws) is None:
        return ()
    environment, made = catalogue.environment, []

    def stack(name: str, needs: tuple[str, ...], **more: str) -> None:
        config = {**values, **{f"{PREFIX}{key}": value for key, value in more.items()}}
        file = _write(root, name, document, config)
        made.append(replace(_stack(catalogue, plans, name, file, config), needs=needs))

    used = {each.region for each in catalogue.topology.clusters if each.provider == "eks"}
    regions = [each.name for each in account.regions if each.name in used or each is account.regions[0]]
    foundations = [names.foundation_stack(environment, each) for each in regions]
    for region, name in zip(regions, foundations, strict=True):
        stack(name, () if name == foundations[0] else (foundations[0],), layer="foundation", region=region)
    stack(names.entrances_stack(environment), tuple(foundations), layer="entrances")
    return tuple(made)


def catalogue_folder(root: Path, environment: str) -> Path:
    """Folder of the catalogue that an environment's configuration names; "catalog" where it names none, or is
    missing."""
    base = root / f"Pulumi.{environment}.yaml"
    values = (_read(base).get("config") or {}) if base.is_file() else {}
    return root / str(values.get(f"{PREFIX}catalog", "catalog"))


def _stack(catalogue: Catalogue, plans: StackPlans, name: str, file: Path, values: Mapping[str, Any]) -> Stack:
    ours = {key.removeprefix(PREFIX): value for key, value in values.items() if key.startswith(PREFIX)}
    try:
        config = parse_stack_config(ours)
    except StackConfigError as error:
        raise FleetError("\n  ".join([f"{file.name} cannot be used:", *error.problems])) from None
    if config.environment != catalogue.environment:
        raise FleetError(
            f"{file.name} is for environment {config.environment!r}; tenantplane:environment has to be "
            f"{catalogue.environment!r}, as in its name"
        )
    held = plans.tenants(config)
    return Stack(
        name=name,
        config=config,
        file=file,
        tenants=tuple(plan.tenant.id for plan in held),
        plan=plans.hash(config),
        namespaces={plan.tenant.id: tuple(str(each.child) for each in plan.children) for plan in held},
    )


def _read(file: Path) -> dict[str, Any]:
    try:
        document = yaml.load(file.read_text(), SafeLoader)  # noqa: S506 - a safe one
    except yaml.YAMLError as error:
        raise FleetError(f"{file.name} is not YAML: {error}") from None
    if not isinstance(document, dict):
        raise FleetError(f"{file.name} holds no configuration")
    return document


def _write(root: Path, stack: str, document: Mapping[str, Any], config: Mapping[str, Any]) -> Path:
    """Writes the configuration file of a stack."""
    file = root / f"Pulumi.{stack}.yaml"
    # The secrets' key goes along: a stack of the same environment opens with the same passphrase. One that the
    # engine made for this stack alone is kept: without it the state's secrets are lost.
    shared = any(key in document for key in _SECRETS)
    keys = document if shared else _read(file) if file.is_file() else {}
    return stack_file(file, {**{key: keys[key] for key in _SECRETS if key in keys}, "config": dict(config)})


def stack_file(file: Path, content: Mapping[str, Any]) -> Path:
    """Writes a stack's configuration file, only when it differs: an engine may be reading it."""
    text = "# Generated by fleet from the environment's configuration and topology; edits are lost.\n"
    text += yaml.dump(dict(content), Dumper=_Dumper, sort_keys=False)
    if not file.is_file() or file.read_text() != text:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return file
