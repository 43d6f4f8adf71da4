"""The layers of one cluster in one stack: both phases are made of it."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.data.tenant_database import DatabaseAddress
from settings import Catalogue, Cluster, plan_tenants
from settings.control_plane import OUTPUT as CLUSTER
from settings.leaving import leaving_plan
from settings.plan_hash import plan_hash
from settings.stack_config import StackConfig
from stacks.field_manager import own_fields
from stacks.layers import Platform, platform_layer, tenants_layer
from stacks.recorded_plan import RecordedPlan
from stacks.removal_guard import OUTPUT, unapproved_removals

Recorded = dict[str, dict[str, Any]]
"""What the stack's last update said of each tenant, by id."""


class OneCluster:
    """A cluster's platform, or its tenants, or both, as the stack's configuration says.

    Made before anything is registered. Errors: pulumi.RunError for each tenant that would be lost without an applied
    off-boarding (A7).
    """

    def __init__(
        self, config: StackConfig, catalogue: Catalogue, cluster: Cluster, root: Path, recorded: Recorded
    ) -> None:
        self._config, self._catalogue, self._cluster, self._root = config, catalogue, cluster, root
        self.plans = plan_tenants(catalogue, cluster.name, config.shard) if config.has_tenants else ()
        if config.leaving is not None:
            if config.leaving not in recorded or any(plan.tenant.id == config.leaving for plan in self.plans):
                raise pulumi.RunError(
                    f"tenantplane:leaving: tenant {config.leaving!r} is not about to leave this stack"
                )
            self.plans = (*self.plans, leaving_plan(catalogue, config.leaving, cluster.name))
        if config.has_tenants and (lost := unapproved_removals(recorded, self.plans)):
            raise pulumi.RunError("a tenant may not be removed (A7):\n  " + "\n  ".join(lost))
        pulumi.runtime.register_stack_transformation(own_fields)
        self._applied = RecordedPlan()

    def register(
        self,
        provider: kubernetes.Provider,
        cluster: str | None = None,
        databases: Mapping[str, DatabaseAddress] = MappingProxyType({}),
    ) -> None:
        """Register the layers on a cluster, and record what was applied. cluster: its identity, where there is one.
        databases: where those of tenants are that are not in the cluster, by tenant."""
        config = self._config
        platform = platform_layer(self._catalogue, self._cluster, provider) if config.has_platform else Platform()
        if config.has_tenants:
            pulumi.export(OUTPUT, tenants_layer(self.plans, provider, platform, databases))
        if cluster is not None:
            self._applied.export(cluster, CLUSTER)
        self._applied.export(plan_hash(self._catalogue, config, self._root))
