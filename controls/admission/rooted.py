"""What `restricted` asks for beyond `baseline`, where a tenant's workload may start as root (C1, C4).

The rules of `restricted` (Pod Security Standards v1.34) that `baseline` lacks, but for one exception: who adds a
capability, which the policy of runtimes bounds, may be root.
"""

from typing import Final

from controls.admission.claim import (
    CONTAINERS,
    Contains,
    Empty,
    Every,
    Field,
    HasOneOf,
    Holds,
    Is,
    IsNot,
    Not,
    OneOf,
    Place,
    all_of,
    any_of,
)
from controls.admission.form import TENANT, AdmissionPolicy, Asked, Preview, Refusal, Variable
from controls.admission.parts import PROFILES, SAYS_SOMETHING_NEW, VOLUMES

_POD: Final = Place("variables.pod", "pod")
_VOLUMES: Final = Place("variables.pod.?volumes.orValue([])", "volumes")


def _setting(path: str, absent: str | int | bool) -> Field:
    """A setting of a container, or that of its pod where the container is silent."""
    return Field(f"?securityContext.{path}", Field(f"?securityContext.{path}", absent, _POD))


ROOTED_PODS: Final = AdmissionPolicy(
    name="tenantplane-rooted-pods",
    asked=(Asked("", ("pods", "pods/ephemeralcontainers")),),
    where=(TENANT, ("pod-security.kubernetes.io/enforce", "In", ("baseline",))),
    conditions=SAYS_SOMETHING_NEW,
    variables=(
        Variable("pod", "object.spec"),
        Variable(
            "containers",
            "object.spec.containers + object.spec.?initContainers.orValue([])"
            " + object.spec.?ephemeralContainers.orValue([])",
        ),
    ),
    refusals=(
        Refusal(
            control="TP-C4-07",
            holds=Every(_VOLUMES, HasOneOf(VOLUMES)),
            message="restricted volume types",
            preview=Preview(wrong="volume {name!r} is of kind {kinds}", everywhere=True),
        ),
        Refusal(
            control="TP-C4-01",
            holds=Every(CONTAINERS, Is(Field("?securityContext.?allowPrivilegeEscalation", absent=True), value=False)),
            message="allowPrivilegeEscalation != false",
            preview=Preview(wrong="container {name!r} may escalate its privileges", everywhere=True),
        ),
        Refusal(
            control="TP-C4-02",
            holds=Every(CONTAINERS, Contains(Field("?securityContext.?capabilities.?drop", ()), "ALL")),
            message="unrestricted capabilities: every container drops ALL",
            preview=Preview(wrong="container {name!r} does not drop ALL capabilities", everywhere=True),
        ),
        Refusal(
            control="TP-C4-04",
            holds=Every(CONTAINERS, OneOf(_setting("?seccompProfile.?type", ""), PROFILES)),
            message="seccompProfile is not RuntimeDefault or Localhost",
            preview=Preview(wrong="container {name!r} has seccomp profile {value!r}", everywhere=True),
        ),
        Refusal(
            control="TP-C4-03",
            holds=Every(
                CONTAINERS,
                any_of(
                    Not(Empty(Field("?securityContext.?capabilities.?add", ()))),
                    all_of(Holds(_setting("?runAsNonRoot", absent=False)), IsNot(_setting("?runAsUser", 1), 0)),
                ),
            ),
            message="runAsNonRoot != true in a container that has no capability",
            preview=Preview(wrong="container {name!r} may run as root", everywhere=True),
        ),
    ),
)
