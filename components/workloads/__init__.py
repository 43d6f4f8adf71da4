"""The reference workloads of a tenant (C10)."""

from components.workloads.agent_sessions import AgentSessionService, AgentSessionServiceArgs
from components.workloads.homework_correction import HomeworkCorrectionService, HomeworkCorrectionServiceArgs
from components.workloads.kinds import service_of
from components.workloads.service import TenantService, TenantServiceArgs

__all__ = [
    "AgentSessionService",
    "AgentSessionServiceArgs",
    "HomeworkCorrectionService",
    "HomeworkCorrectionServiceArgs",
    "TenantService",
    "TenantServiceArgs",
    "service_of",
]
