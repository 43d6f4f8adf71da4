"""Words of which a field takes one."""

from typing import Literal

Family = Literal["platform", "education"]
Isolation = Literal["namespace", "namespaces", "virtual-control-plane", "dedicated-pool", "dedicated-cluster"]
DataIsolation = Literal["hybrid", "database", "schema", "shared"]
Lifecycle = Literal["active", "suspended", "offboarding"]
Phase = Literal["one", "two", "three"]
PoolKind = Literal["system", "cpu", "sandbox", "gpu", "spot", "dedicated"]
Sharing = Literal["none", "mig", "time-slicing"]
TenantPriority = Literal["enterprise", "team", "free", "batch"]
WorkloadKind = Literal["agent-sessions", "homework-correction"]
Capability = Literal["CHOWN", "SETGID", "SETUID"]
"""The only capabilities a workload may ever have, where it states them and its runtime allows them (C4)."""
