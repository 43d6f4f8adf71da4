"""What the API server refuses in a claim for an agent sandbox, whoever asks (C5).

A claim's shutdownTime is a lease: whoever serves the session moves it on while the session is used, and the
controller of agent-sandbox deletes a claim that nobody renews. Here is what bounds the lease. CEL has no clock, but
the API server writes the time of each change into the object before it asks: into creationTimestamp, and later into
the entry of managedFields that owns the changed field. Who changes shutdownTime owns it alone afterwards, and that
entry has the time of the change, whatever a client sends in managedFields. There are two ways round, both refused: a
client can have managedFields emptied, after which no time is written any more; and with more than ten entries the API
server folds the oldest ones into `ancient-changes`, which has the time of the last one folded, perhaps a forged one.
"""

from typing import Final

from controls.admission.form import AdmissionPolicy, Asked, Refusal, Variable
from controls.admission.parts import SAYS_SOMETHING_NEW, TIER

TTL_MAX_S: Final = 300
"""Seconds that a finished claim may be kept, to read how it ended."""
CLOCKS_S: Final = 5
"""Seconds that the clock of who renews a lease may be ahead of the API server's; a number of ours."""
FOLDED: Final = "ancient-changes"
"""The entry of managedFields into which the API server folds the oldest ones; its time is not that of a change."""

SANDBOX_CLAIMS: Final = AdmissionPolicy(
    name="tenantplane-sandbox-claims",
    asked=(Asked("extensions.agents.x-k8s.io", ("sandboxclaims",), versions=("v1beta1",)),),
    conditions=SAYS_SOMETHING_NEW,
    # How long a sandbox of the namespace's tier may live and be unused (none for a tier without sandboxes), when the
    # claim is to end, whether that is new, and when the API server took it (at most one time).
    variables=(
        TIER,
        Variable("lifetime", "duration({{lifetimes}}[?variables.tier].orValue('0s'))"),
        Variable("idle", "duration({{idle_times}}[?variables.tier].orValue('0s'))"),
        Variable("ttl", "object.spec.?lifecycle.?ttlSecondsAfterFinished.orValue(-1)"),
        Variable("ends", "object.spec.?lifecycle.?shutdownTime.orValue('')"),
        Variable(
            "moved",
            "request.operation == 'CREATE' || variables.ends != oldObject.spec.?lifecycle.?shutdownTime.orValue('')",
        ),
        Variable(
            "taken",
            "request.operation == 'CREATE' ? [object.metadata.creationTimestamp]"
            f" : object.metadata.?managedFields.orValue([]).filter(each, each.?manager.orValue('') != '{FOLDED}'"
            " && each.?fieldsV1[?'f:spec'][?'f:lifecycle'][?'f:shutdownTime'].hasValue())"
            ".map(each, each.time)",
        ),
    ),
    # The first four end every sandbox, the others keep it the one that the template describes.
    refusals=(
        # The API's default is Retain, which leaves claims behind for ever.
        Refusal(
            control="TP-C5-01",
            holds="object.spec.?lifecycle.?shutdownPolicy.orValue('') in ['Delete', 'DeleteForeground']",
            message="a sandbox claim is deleted when it is over: set lifecycle.shutdownPolicy to Delete or"
            " DeleteForeground",
        ),
        Refusal(
            control="TP-C5-01",
            holds=f"variables.ttl >= 0 && variables.ttl <= {TTL_MAX_S}",
            message=f"a finished sandbox claim goes soon: set lifecycle.ttlSecondsAfterFinished to 0 to {TTL_MAX_S}",
        ),
        # The API server has set creationTimestamp before it asks, and nobody can change it later: a claim that is
        # moved again and again still ends.
        Refusal(
            control="TP-C5-01",
            holds="variables.ends != '' && timestamp(variables.ends)"
            " <= timestamp(object.metadata.creationTimestamp) + variables.lifetime",
            message="a sandbox claim ends by itself: set lifecycle.shutdownTime, no further from the claim's creation"
            " than the tier lets a sandbox live",
        ),
        Refusal(
            control="TP-C5-01",
            holds="variables.ends == '' || !variables.moved || variables.taken.size() == 1 && timestamp(variables.ends)"
            f" <= timestamp(variables.taken[0]) + variables.idle + duration('{CLOCKS_S}s')",
            message="a sandbox that nobody uses ends soon: set lifecycle.shutdownTime no further ahead than the tier"
            " lets a sandbox be idle, and move it while the sandbox is used, leaving metadata.managedFields alone",
        ),
        Refusal(
            control="TP-C5-01",
            holds="object.spec.?env.orValue([]).size() == 0",
            message="a sandbox claim may not bring variables: leave out env",
        ),
        Refusal(
            control="TP-C5-01",
            holds="object.spec.?volumeClaimTemplates.orValue([]).size() == 0",
            message="a sandbox claim may not bring volumes: leave out volumeClaimTemplates",
        ),
        Refusal(
            control="TP-C5-01",
            holds="object.spec.?additionalPodMetadata.?labels.orValue({}).size() == 0"
            " && object.spec.?additionalPodMetadata.?annotations.orValue({}).size() == 0",
            message="a sandbox claim may not label its pod: leave out additionalPodMetadata",
        ),
    ),
)
