"""What tenants may ask for: rights in their namespace, volumes, autoscalers, and quotas as they change (B5, C5, F4)."""

from typing import Final

from controls.admission.claim import OBJECT, Absent, AtAdmission, Field, Is, IsNot, Told, any_of
from controls.admission.form import AdmissionPolicy, Asked, Preview, Refusal, Variable
from controls.admission.parts import PLATFORM, SAYS_SOMETHING_NEW, TIER, annotated

_BINDS: Final = AtAdmission("variables.binds")
_OF_CLAIMS: Final = ("PersistentVolumeClaim",)
_QUANTITY: Final = "quantity(string({}))"

BINDINGS: Final = AdmissionPolicy(
    name="tenantplane-tenant-bindings",
    asked=(Asked("rbac.authorization.k8s.io", ("rolebindings",), namespaced=True),),
    variables=(Variable("groups", annotated("'{{groups_annotation}}'")), PLATFORM),
    refusals=(
        Refusal(
            control="TP-B5-02",
            holds="variables.platform || object.?subjects.orValue([]).all(each,"
            " each.kind == 'Group' && each.name in variables.groups"
            " || each.kind == 'ServiceAccount' && each.?namespace.orValue('') == request.namespace)",
            message="a role binding is for the tenant's own groups, as its file lists them, and accounts of its"
            " namespace",
        ),
        # A ClusterRole that holds little today may hold more tomorrow.
        Refusal(
            control="TP-B5-02",
            holds="variables.platform || object.roleRef.kind == 'Role' || object.roleRef.name in {{tenant_roles}}",
            message="a role binding is to a Role of the namespace or to one of the roles for tenants",
        ),
    ),
)

VOLUME_CLAIMS: Final = AdmissionPolicy(
    name="tenantplane-volume-claims",
    asked=(Asked("", ("persistentvolumeclaims",), namespaced=True),),
    conditions=SAYS_SOMETHING_NEW,
    variables=(
        # The volume controller binds a claim by writing the volume's name into it.
        Variable("binds", "authorizer.group('').resource('persistentvolumes').check('update').allowed()"),
        Variable(TIER.name, TIER.expression, given="storage_classes"),
    ),
    refusals=(
        Refusal(
            control="TP-F4-02",
            holds=any_of(
                Is(
                    Field("spec.?volumeName", "", OBJECT),
                    Told("(request.operation == 'UPDATE' ? oldObject.spec.?volumeName.orValue('') : '')", "nothing"),
                ),
                _BINDS,
            ),
            message="a tenant's claim gets a volume made for it: leave out volumeName",
            preview=Preview(kinds=_OF_CLAIMS, wrong="it claims volume {value!r}"),
        ),
        Refusal(
            control="TP-F4-02",
            holds=any_of(Absent("spec.selector", OBJECT), _BINDS),
            message="a tenant's claim gets a volume made for it: leave out selector",
            preview=Preview(kinds=_OF_CLAIMS, wrong="it chooses among volumes that are there"),
        ),
        Refusal(
            control="TP-F4-02",
            holds=any_of(IsNot(Field("spec.?storageClassName", "-", OBJECT), ""), _BINDS),
            message="a tenant's claim gets a volume made for it: an empty storageClassName asks for one that is there",
            preview=Preview(kinds=_OF_CLAIMS, wrong="its empty storageClassName asks for a volume that is there"),
        ),
        Refusal(
            control="TP-F4-02",
            holds=any_of(
                Is(
                    Field("spec.?storageClassName", "", OBJECT),
                    Told("'{{storage_class}}' + variables.tier", "storage_class"),
                ),
                _BINDS,
            ),
            message="a tenant's claim names the class of its tier as storageClassName: {{storage_class}}<tier>",
            given="storage_classes",
            preview=Preview(kinds=_OF_CLAIMS, wrong="storageClassName is {value!r}, not {told!r}"),
        ),
    ),
)

AUTOSCALERS: Final = AdmissionPolicy(
    name="tenantplane-autoscalers",
    asked=(Asked("autoscaling", ("horizontalpodautoscalers",), versions=("*",), namespaced=True),),
    conditions=SAYS_SOMETHING_NEW,
    variables=(PLATFORM,),
    refusals=(
        # The autoscaler's controller may scale everything: it does so for a tenant only what the tenant may scale.
        Refusal(
            control="TP-C5-03",
            holds="object.spec.scaleTargetRef.kind in ['Deployment', 'StatefulSet'] || variables.platform",
            message="a tenant's autoscaler is for a Deployment or a StatefulSet",
        ),
    ),
)

QUOTAS: Final = AdmissionPolicy(
    name="tenantplane-quota-shrinks",
    asked=(Asked("", ("resourcequotas",), operations=("UPDATE",)),),
    variables=(
        # The resources whose new bound is below the old one and below what is in use.
        Variable(
            "over",
            "object.spec.hard.map(key, key).filter(key,"
            " key in oldObject.spec.?hard.orValue({}) && key in oldObject.?status.?used.orValue({})"
            # Nothing may be made: how a tenant is suspended, whose pods end after that.
            " && !(key == 'pods' && string(object.spec.hard[key]) == '0')"
            f" && {_QUANTITY.format('object.spec.hard[key]')}"
            f".compareTo({_QUANTITY.format('oldObject.spec.hard[key]')}) < 0"
            f" && {_QUANTITY.format('object.spec.hard[key]')}"
            f".compareTo({_QUANTITY.format('oldObject.status.used[key]')}) < 0)",
        ),
    ),
    refusals=(
        Refusal(
            control="TP-A7-02",
            holds="variables.over.size() == 0",
            said="'the quota may not shrink below what is in use: '"
            " + variables.over.map(key, key + ' to ' + string(object.spec.hard[key])"
            " + ' with ' + string(oldObject.status.used[key]) + ' in use').join(', ')"
            " + '; first bring the use down, then change the tier or the quota'",
            message="the quota may not shrink below what is in use",
            reason="Invalid",  # not "Forbidden", which the engine's preview only warns of
        ),
    ),
)
