"""What refuses a request, and how one tells its refusals from all others."""

import re
from dataclasses import dataclass
from typing import Final

from fleet.verify.request import Answer


@dataclass(frozen=True)
class Refuser:
    """What refuses. said: how its refusals read, as a regular expression, so that none is taken for another's. status:
    with which codes."""

    name: str
    said: str
    status: tuple[int, ...] = (403,)

    def refused(self, answer: Answer) -> bool:
        """Whether this one refused."""
        return answer.status in self.status and re.search(self.said, answer.message) is not None


RBAC: Final = Refuser("RBAC", r"is forbidden: User \"[^\"]+\" cannot |forbidden: User \"[^\"]+\" cannot get path")
ESCALATION: Final = Refuser("RBAC", r"attempting to grant RBAC permissions not currently held")
POD_SECURITY: Final = Refuser("Pod Security", r"violates PodSecurity \"restricted:v\d")
POD_SECURITY_BASELINE: Final = Refuser("Pod Security", r"violates PodSecurity \"baseline:v\d")
QUOTA: Final = Refuser("ResourceQuota", r"exceeded quota: tenant")
LIMITS: Final = Refuser("LimitRange", r"(maximum|minimum) [a-z-]+ (usage|size)? ?per ")


def policy(name: str) -> Refuser:
    """A ValidatingAdmissionPolicy of this project."""
    words = rf"ValidatingAdmissionPolicy '{name}' with binding '{name}' denied request"
    return Refuser(f"policy {name}", words, (403, 422))


def asked_last(answer: Answer) -> bool:
    """Whether the quota refused, which the API server asks after everything else: a compliant request of a tenant that
    has used up its share, or is suspended, has passed all other checks when it gets there."""
    return QUOTA.refused(answer)
