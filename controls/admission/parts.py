"""What policies of several subjects are made of: named expressions, and lists that preview reads as well."""

from typing import Final

from controls.admission.form import Variable

BORN_HERE: Final = "request.operation == 'CREATE' || object.spec != oldObject.spec"
"""CEL: what controllers write on objects that are there already, such as finalizers and labels, leaves the spec."""
SAYS_SOMETHING_NEW: Final = (("says-something-new", BORN_HERE),)
"""Conditions of a policy that is asked about what is new alone."""

CLUSTER_WIDE: Final = (
    "authorizer.group(request.resource.group).resource(request.resource.resource).check(request.operation == 'CREATE' ?"
    " 'create' : request.operation == 'DELETE' ? 'delete' : 'update').allowed()"
    " || request.operation == 'UPDATE'"
    " && authorizer.group(request.resource.group).resource(request.resource.resource).check('patch').allowed()"
)
"""CEL: whether who asks may do the same in every namespace. That holds for the platform's engine and operators and for
the controllers that work for all, by whatever names they go, and never for tenants, whose rights are of a namespace:
nobody has to be listed, and who is forgotten is refused."""

PLATFORM: Final = Variable("platform", CLUSTER_WIDE)
TENANT: Final = Variable("tenant", "namespaceObject.metadata.labels['{{tenant_label}}']")
TIER: Final = Variable("tier", "namespaceObject.metadata.labels[?'{{tier_label}}'].orValue('')")
CLASSES: Final = Variable("classes", "{{classes}}[?variables.tier].orValue([])")
"""The priority classes that the tier of the namespace may have."""

VOLUMES: Final = (
    "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret",
)  # fmt: skip
"""Kinds of volume that Pod Security `restricted` allows (Pod Security Standards, Volume Types)."""
PROFILES: Final = ("RuntimeDefault", "Localhost")
"""Seccomp profiles that `restricted` allows."""
DIGEST: Final = "[^@]+@sha256:[0-9a-f]{64}"
"""An image that is named by its digest, as a regular expression of all of it."""
GRACE_MAX_S: Final = 600
"""Seconds a pod may take to end, a number of ours: twice the grace that batch frameworks use for a last checkpoint."""
NODE_ANNOTATIONS: Final = ("cni.projectcalico.org/", "k8s.v1.cni.cncf.io/", "dev.gvisor.", "io.katacontainers.")
"""Prefixes of annotations by which a pod asks the node's network plug-in for an address, an interface or somebody
else's traffic, and its runtime for other settings."""
GPUS: Final = "nvidia.com/"
"""Beginning of the names of resources that are GPUs."""
UNSTATED: Final = "unstated"
"""Key of the runtimes for a pod that states no workload. Nobody has reviewed what runs in it, so that it is kept as an
agent's session is."""
HARMLESS_FINALIZERS: Final = ("kubernetes.io/pvc-protection", "foregroundDeletion", "orphan")
"""Those that the API server itself sets, or sets for whoever deletes, and takes away again."""
ACCOUNT_TOKEN: Final = "kubernetes.io/service-account-token"  # noqa: S105  the type of a secret


def annotated(key: str) -> str:
    """CEL: a comma-separated list in an annotation of the namespace, which tenants cannot write. key: in CEL."""
    return f"namespaceObject.metadata.?annotations[?{key}].orValue('').split(',').filter(each, each != '')"


def names_of(values: tuple[str, ...]) -> str:
    """CEL: a list of texts."""
    return "[" + ", ".join(f'"{each}"' for each in values) + "]"
