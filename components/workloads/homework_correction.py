"""Homework-correction service: the second reference workload, whose tenants are schools (C10)."""

from dataclasses import dataclass
from typing import ClassVar

from components.workloads.service import ServiceProfile, TenantService, TenantServiceArgs
from settings import TenantPlan


@dataclass(frozen=True, kw_only=True)
class HomeworkCorrectionServiceArgs(TenantServiceArgs):
    """Inputs of HomeworkCorrectionService: those of every service."""


class HomeworkCorrectionService(TenantService):
    """The homework-correction service of one school (C10).

    Creates: what TenantService creates. A pod gets 30 s to hand back the page it is correcting.
    Outputs: url (str).
    """

    TYPE: ClassVar[str] = "tenantplane:workloads:HomeworkCorrectionService"

    def profile(self, plan: TenantPlan) -> ServiceProfile:
        pupils = plan.tier.pupils
        most = "unlimited" if pupils is None or pupils.max is None else str(pupils.max)
        return ServiceProfile(environment={"PUPILS_MAX": most})
