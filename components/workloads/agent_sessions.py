"""Agent-session service: records the interactions of a tenant's coding agents and ties them to commits (C10)."""

from dataclasses import dataclass
from typing import ClassVar

from components.workloads.service import ServiceProfile, TenantService, TenantServiceArgs
from settings import TenantPlan


@dataclass(frozen=True, kw_only=True)
class AgentSessionServiceArgs(TenantServiceArgs):
    """Inputs of AgentSessionService: those of every service."""


class AgentSessionService(TenantService):
    """The agent-session service of one tenant (C10).

    Creates: what TenantService creates. A pod gets 60 s to store the sessions it has open, twice the 30 s that
    asynchronous persistence may take (G3), and knows how many sessions the tier has in a month (A2).
    Outputs: url (str).
    """

    TYPE: ClassVar[str] = "tenantplane:workloads:AgentSessionService"

    def profile(self, plan: TenantPlan) -> ServiceProfile:
        sessions = plan.quota.sessions_per_month
        return ServiceProfile(
            grace_s=60,
            environment={"SESSIONS_PER_MONTH": "unlimited" if sessions is None else str(sessions)},
        )
