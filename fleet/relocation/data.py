"""A tenant's data, from the server of one cluster to that of another (F1, H1).

A server that is there before the new side is applied gets the data first. A tenant's own Aurora is made with the rest
of its new side, so the data follows, and until then nobody is let into the new database; one that the tenant left
behind when it moved away is there when it comes back.
"""

from dataclasses import dataclass

from rich.console import Console

from fleet.data.servers import NotReachedError, owner_of, server_of
from fleet.databases import make_databases
from fleet.relocation.transfer import Transfer
from fleet.run import Fleet
from localcloud.controlplane.postgres import DatabaseServer
from settings import Cluster, TenantPlan
from settings.database import database_of


@dataclass(frozen=True, kw_only=True)
class Removal:
    """One tenant's data on its way. plan: of the tenant. old, new: the clusters."""

    plan: TenantPlan
    old: Cluster
    new: Cluster

    @property
    def servers(self) -> tuple[str, str]:
        """Whose servers they are, before and after: those of a cluster are the same for all its tenants."""
        return owner_of(self.old, self.plan), owner_of(self.new, self.plan)

    def follows(self, fleet: Fleet) -> bool:
        """Whether the data can be copied once the new side was applied, and not before: asked before it is."""
        own = owner_of(self.new, self.plan) != self.new.name
        try:
            return own and server_of(fleet.catalogue, self.new, self.plan) is None
        except NotReachedError:
            return False  # it is there

    def unreached(self, fleet: Fleet) -> list[str]:
        """Why servers of this tenant cannot be reached from here, a line for each; what is yet to be made aside."""
        found: list[str] = []
        for cluster in [self.old] if self.follows(fleet) else [self.old, self.new]:
            try:
                self._server(fleet, cluster)
            except NotReachedError as error:
                found.append(str(error))
        return found

    def transfer(self, fleet: Fleet, console: Console) -> Transfer:
        """What copies it. Raises NotReachedError when one of the servers cannot be reached."""
        source, target = (self._server(fleet, each) for each in (self.old, self.new))
        return Transfer(source, target, database_of(self.plan), lambda line: console.print(f"  {line}"))

    def _server(self, fleet: Fleet, cluster: Cluster) -> DatabaseServer:
        if (found := server_of(fleet.catalogue, cluster, self.plan)) is None:
            raise NotReachedError(f"the database server of {cluster.name} does not run here, or is not there")
        return found


def open_databases(fleet: Fleet, cluster: Cluster, console: Console) -> None:
    """Let the tenants of a cluster into their databases, whose data has come."""
    stacks = [each for each in fleet.stacks if each.config.cluster == cluster.name]
    made, _ = make_databases(fleet.catalogue, stacks, fleet.root)
    for tenant, what in made.items():
        console.print(f"  tenant {tenant} has its database ({what})")
