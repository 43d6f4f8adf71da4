"""Which component a kind of workload is (C10)."""

from components.workloads.agent_sessions import AgentSessionService, AgentSessionServiceArgs
from components.workloads.homework_correction import HomeworkCorrectionService, HomeworkCorrectionServiceArgs
from components.workloads.service import TenantService, TenantServiceArgs

KINDS: dict[str, tuple[type[TenantService], type[TenantServiceArgs]]] = {
    "agent-sessions": (AgentSessionService, AgentSessionServiceArgs),
    "homework-correction": (HomeworkCorrectionService, HomeworkCorrectionServiceArgs),
}


def service_of(kind: str) -> tuple[type[TenantService], type[TenantServiceArgs]]:
    """The component of a kind of workload and its arguments. Errors: KeyError for a kind the catalogue does not
    know."""
    return KINDS[kind]
