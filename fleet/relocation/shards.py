"""Spreads a cluster's tenants over another number of stacks, by moving their records alone (H1, ADR 0004)."""

import json

from rich.console import Console

from fleet.errors import FleetError
from fleet.relocation.catalogue_edit import set_shards
from fleet.relocation.parts import FleetOf, Steps, cluster_of
from fleet.run import Fleet, Scope, apply
from fleet.stacks import catalogue_folder
from fleet.state import TENANTS_OUTPUT
from localcloud.files import write_whole


class Resharding:
    """Another number of shards for a cluster. Nothing in the cluster changes: only which stack knows of it.

    fleet_of: reads the catalogue anew. shards: 1 to 64, and at least 2 where the cluster is the only one: with one it
    would be one stack together with its platform.
    """

    def __init__(self, fleet_of: FleetOf, cluster: str, shards: int, console: Console) -> None:
        self._fleet_of = fleet_of
        self._cluster = cluster
        self._shards = shards
        self._console = console

    def run(self, workers: int | None = None) -> bool:
        """Carry it out, or what is left of it; whether it went well. Raises FleetError before anything is changed."""
        fleet = self._fleet_of()
        cluster = cluster_of(fleet, self._cluster)
        if len(fleet.catalogue.topology.clusters) == 1 and 1 in (self._shards, cluster.shards):
            raise FleetError(
                "a cluster that is alone and has one shard is one stack with its platform, which cannot be taken apart "
                "by moving tenants; allowed: 2 shards or more before and after"
            )
        if cluster.lost:
            raise FleetError(f"cluster {cluster.name!r} is lost, says its topology")
        steps = Steps(self._console)
        if cluster.shards != self._shards:
            with steps.step(f"the topology gives {cluster.name} {self._shards} shards"):
                folder = catalogue_folder(fleet.root, fleet.catalogue.environment)
                set_shards(folder / "topology" / f"{fleet.catalogue.environment}.yaml", cluster.name, self._shards)
            fleet = self._fleet_of()
        with steps.step("the records of tenants are moved"):
            moved = self._move(fleet)
            self._console.print(f"  {moved} tenants have another stack")
        with steps.step("the stacks are applied"):
            good = apply(self._fleet_of(), "up", Scope(cluster=cluster.name), self._console, workers)
        steps.account(f"{cluster.name} in {self._shards} shards" if good else f"{cluster.name}, NOT ended")
        return good

    def _move(self, fleet: Fleet) -> int:
        homes = {tenant: stack for stack in fleet.stacks for tenant in stack.tenants}
        moved = 0
        present = {stack.name for stack in fleet.stacks}
        for name in self._holding(fleet):
            roots = self._roots(fleet, name)
            for tenant, urns in sorted(roots.items()):
                target = homes.get(tenant)
                if target is None or target.name == name:
                    continue
                if not fleet.engine.state(target).exists:
                    fleet.engine.make(target)
                move = ("state", "move", "--yes", "--source", name, "--dest", target.name)
                fleet.engine.output(*move, *urns)
                moved += 1
                self._console.print(f"  {tenant}: from {name} to {target.name}")
            self._forget(fleet, name, {tenant for tenant, stack in homes.items() if stack.name != name})
            if name not in present:
                self._remove(fleet, name)
        return moved

    def _forget(self, fleet: Fleet, stack: str, elsewhere: set[str]) -> None:
        """Takes tenants out of a stack's record, without which its next update would refuse to lose them (A7).

        Only those of whom it has nothing any more.
        """
        document = json.loads(fleet.engine.output("stack", "export", "--stack", stack))
        outputs = next(
            (
                each.get("outputs") or {}
                for each in (document.get("deployment") or {}).get("resources") or []
                if each["type"] == "pulumi:pulumi:Stack"
            ),
            {},
        )
        gone = (outputs.get(TENANTS_OUTPUT) or {}).keys() & elsewhere - self._roots(fleet, stack).keys()
        if gone:
            outputs[TENANTS_OUTPUT] = {key: each for key, each in outputs[TENANTS_OUTPUT].items() if key not in gone}
            kept = fleet.folder / f"{stack}.without-moved.json"
            write_whole(kept, json.dumps(document))
            fleet.engine.output("stack", "import", "--stack", stack, "--file", str(kept))
            kept.unlink()

    def _remove(self, fleet: Fleet, stack: str) -> None:
        """Removes a stack whose shard is no more, once nothing but its providers and references is in it."""
        held = [
            each["urn"]
            for each in (fleet.engine.reader.deployment(stack) or {}).get("resources") or []
            if not each["type"].startswith("pulumi:")
        ]
        if held:
            raise FleetError(f"stack {stack!r} has no shard any more and still holds {len(held)} resources: {held[0]}")
        fleet.engine.output("stack", "rm", stack, "--yes", "--force", "--preserve-config")
        (fleet.root / f"Pulumi.{stack}.yaml").unlink(missing_ok=True)
        self._console.print(f"  stack {stack} is no more")

    def _holding(self, fleet: Fleet) -> list[str]:
        """Names of the stacks of the cluster's tenants, those of shards that are no more as well."""
        prefix = f"{fleet.catalogue.environment}-{self._cluster}-"
        return [f"{prefix}{number}" for number in range(64) if fleet.engine.reader.read(f"{prefix}{number}").exists]

    def _roots(self, fleet: Fleet, stack: str) -> dict[str, list[str]]:
        """URNs of a tenant's topmost resources in a stack, by tenant; what is below them moves with them."""
        found: dict[str, list[str]] = {}
        deployment = fleet.engine.reader.deployment(stack) or {}
        for each in deployment.get("resources") or []:
            name = str(each["urn"]).rsplit("::", 1)[-1]
            if each["type"] == "tenantplane:tenancy:Tenant":
                found.setdefault(name, []).append(each["urn"])
            elif each["type"] == "tenantplane:network:TenantGuardRail":
                found.setdefault(name.removesuffix("-guard-rail"), []).append(each["urn"])
        return found
