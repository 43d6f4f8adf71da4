"""The flows: which scenarios go through which steps."""

from __future__ import annotations

import json
from typing import Any

from tests.differential.flow import Flow, Step
from tests.differential.side import Side
from tests.polling import until

Json = Any

PREVIEW = ("preview",)
PREVIEW_REFRESH = ("preview", "--refresh")
UP = ("up", "--yes", "--skip-preview")
FOREIGN = "diff-foreign"


def _foreign_objects(side: Side) -> None:
    """Objects that someone else made, for the patch resources."""
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "foreign", "namespace": FOREIGN},
        "spec": {
            "replicas": 0,
            "selector": {"matchLabels": {"app": "foreign"}},
            "template": {
                "metadata": {"labels": {"app": "foreign"}},
                "spec": {"containers": [{"name": "app", "image": "registry.invalid/app"}]},
            },
        },
    }
    objects = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": FOREIGN}},
        *(
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": name, "namespace": FOREIGN},
                "data": {"theirs": "value"},
            }
            for name in ("foreign", "contested", "shared")
        ),
        deployment,
    ]
    side.kubectl(
        "apply",
        "--server-side",
        "--field-manager=someone-else",
        "-f",
        "-",
        stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}),
    )


def _drift(side: Side) -> None:
    """Change live objects in every way that someone can."""
    patch = ("patch", "--field-manager=someone-else", "--type=merge", "-n", "diff-kinds")
    side.kubectl(*patch, "configmap", "config", "-p", '{"data":{"text":"drifted"}}')  # owned value
    side.kubectl(*patch, "networkpolicy", "deny", "-p", '{"metadata":{"labels":{"unowned":"yes"}}}')
    side.kubectl(*patch, "resourcequota", "quota", "-p", '{"spec":{"hard":{"pods":"3"}}}')
    side.kubectl(*patch, "resourcequota", "quota", "-p", '{"spec":{"hard":{"secrets":"3"}}}')  # unowned key
    side.kubectl(*patch, "role", "role", "-p", '{"rules":[]}')  # owned list emptied
    side.kubectl(*patch, "deployment", "web", "-p", '{"metadata":{"labels":{"app":null}}}')  # owned label removed
    side.kubectl(*patch, "deployment", "web", "-p", '{"spec":{"template":{"spec":{"priority":null}}}}')
    side.kubectl(*patch, "service", "web", "-p", '{"spec":{"sessionAffinity":"ClientIP"}}')  # unowned default
    side.kubectl(*patch, "lease", "lease", "-p", '{"spec":{"holderIdentity":null}}')  # owned field removed
    side.kubectl(*patch, "cronjob", "cron", "-p", '{"spec":{"suspend":false}}')
    side.kubectl("scale", "-n", "diff-kinds", "statefulset", "store", "--replicas=1")
    side.kubectl("delete", "-n", "diff-kinds", "rolebinding", "binding")  # deleted
    side.kubectl("delete", "priorityclass", "diff-priority")
    side.kubectl("delete", "-n", "diff-custom", "widget.differential.example.test", "auto-widget", check=False)
    side.kubectl(
        *("patch", "--type=merge", "-n", "diff-custom", "widgets.differential.example.test", "widget"),
        *("-p", '{"spec":{"size":9,"mode":"fast"}}'),
    )
    side.kubectl(
        *("patch", "--type=merge", "-n", "diff-secrets", "secret", "by-string-data"), *("-p", '{"data":{"a":"eA=="}}')
    )


def _release(side: Side) -> None:
    """Let go of what the finalizer holds."""
    patch = ("patch", "configmap", "-n", "diff-failing", "finalizer", "--type=merge")
    side.kubectl(*patch, "-p", '{"metadata":{"finalizers":null}}', check=False)


def _tidy(side: Side) -> None:
    """Remove what earlier runs left, so that a control plane can be used again."""
    _release(side)
    cluster_wide = (
        "namespace,clusterrole,clusterrolebinding,priorityclass,runtimeclass,storageclass,ingressclass,"
        "persistentvolume,validatingadmissionpolicy,validatingadmissionpolicybinding,customresourcedefinition"
    )
    found = [
        line
        for line in side.kubectl("get", cluster_wide, "-o", "name").splitlines()
        if line.split("/", 1)[1].startswith("diff-") or "differential" in line
    ]
    if found:
        side.kubectl("delete", *found, "--ignore-not-found", "--timeout=60s")
    in_default = side.kubectl("get", "configmap", "-n", "default", "-o", "name").splitlines()
    own = [line for line in in_default if line != "configmap/kube-root-ca.crt"]
    if own:
        side.kubectl("delete", "-n", "default", *own)


FORCE = {"PULUMI_K8S_ENABLE_PATCH_FORCE": "true"}  # without it what someone else has changed is a conflict

LIFE = Flow(
    name="life",
    modules=("kinds", "replacing", "naming", "secrets", "custom", "patches", "annotated", "randoms"),
    prepare=_foreign_objects,
    tidy=_tidy,
    extra_kinds="",
    steps=(
        Step(name="preview-create", command=PREVIEW),
        Step(name="create", command=UP),
        Step(name="preview-same", command=PREVIEW_REFRESH, unchanged=True),
        Step(name="preview-same-crossed", command=PREVIEW_REFRESH, crossed=True, unchanged=True),
        Step(name="preview-change", command=PREVIEW, phase=2),
        Step(name="change", command=UP, phase=2),
        Step(name="changed-same-crossed", command=PREVIEW_REFRESH, phase=2, crossed=True, unchanged=True),
        Step(name="preview-drift", command=PREVIEW_REFRESH, phase=2, before=_drift, environment=FORCE),
        Step(name="refresh-drift", command=("refresh", "--yes", "--skip-preview"), phase=2),
        Step(name="repair-drift", command=UP, phase=2, environment=FORCE),
        Step(name="preview-remove-crossed", command=PREVIEW, phase=3, crossed=True),
        Step(name="remove-crossed", command=UP, phase=3, crossed=True),
        Step(name="removed-same", command=PREVIEW_REFRESH, phase=3, unchanged=True),
        Step(name="preview-destroy", command=("destroy", "--preview-only"), phase=3),
        Step(name="destroy", command=("destroy", "--yes", "--skip-preview"), phase=3),
    ),
)


def _manifests(side: Side, *objects: Json, manager: str = "someone-else") -> None:
    """Apply objects as someone else."""
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
    arguments = ("apply", "--server-side", "--force-conflicts", f"--field-manager={manager}", "-f", "-")
    side.kubectl(*arguments, stdin=text)


def _object(kind: str, name: str, namespace: str | None = None, api: str = "v1", **more: Json) -> Json:
    labels = more.pop("labels", {})
    metadata = {"name": name, "labels": labels, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **more}


def _failing_ground(side: Side) -> None:
    """Namespaces, quota, limits, an admission policy and a custom resource to be refused by."""
    restricted = {"pod-security.kubernetes.io/enforce": "restricted"}
    _manifests(
        side,
        _object("Namespace", "diff-failing"),
        _object("Namespace", "diff-failing-restricted", labels=restricted),
        _object("Namespace", "diff-failing-quota"),
    )
    rules = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["configmaps"]}
    thing = {
        "type": "object",
        "properties": {
            "spec": {
                "type": "object",
                "properties": {"size": {"type": "integer", "minimum": 1}, "note": {"type": "string"}},
                "x-kubernetes-validations": [
                    {"rule": "!has(self.note) || self.note != 'forbidden'", "message": "note is forbidden"}
                ],
            }
        },
    }
    _manifests(
        side,
        _object("ConfigMap", "exists", "diff-failing", data={"theirs": "value"}),
        _object("ResourceQuota", "quota", "diff-failing-quota", spec={"hard": {"requests.cpu": "1"}}),
        _object(
            "LimitRange",
            "limits",
            "diff-failing-quota",
            spec={"limits": [{"type": "PersistentVolumeClaim", "max": {"storage": "1Gi"}}]},
        ),
        _object(
            "ValidatingAdmissionPolicy",
            "diff-failing-names",
            api="admissionregistration.k8s.io/v1",
            spec={
                "matchConstraints": {"resourceRules": [rules]},
                "validations": [
                    {
                        "expression": "!object.metadata.name.startsWith('forbidden')",
                        "message": "the name is forbidden by policy",
                    }
                ],
            },
        ),
        _object(
            "ValidatingAdmissionPolicyBinding",
            "diff-failing-names",
            api="admissionregistration.k8s.io/v1",
            spec={"policyName": "diff-failing-names", "validationActions": ["Deny"]},
        ),
        _object(
            "CustomResourceDefinition",
            "things.failing.example.test",
            api="apiextensions.k8s.io/v1",
            spec={
                "group": "failing.example.test",
                "names": {"plural": "things", "singular": "thing", "kind": "Thing", "listKind": "ThingList"},
                "scope": "Namespaced",
                "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": thing}}],
            },
        ),
    )
    until(lambda: "forbidden by policy" in _probe(side), "the admission policy takes effect")
    until(
        lambda: side.kubectl("get", "things.failing.example.test", "-A", check=False) is not None, "the kind is served"
    )


def _probe(side: Side) -> str:
    """What the API server says of a name that the admission policy forbids."""
    return side.kubectl_error("create", "configmap", "forbidden", "-n", "diff-failing", "--dry-run=server")


def _steal(side: Side) -> None:
    """Take fields, forbid, and delete behind Pulumi's back, before the updates that meet it."""
    for name, labels in (("stolen-label", "stolen"), ("stolen-unchanged", "stolen"), ("forced", "stolen")):
        _manifests(side, _object("ConfigMap", name, "diff-failing", labels={"step": labels}))
    side.kubectl("delete", "serviceaccount", "-n", "diff-failing", "deleted-behind", check=False)
    side.kubectl("delete", "configmap", "-n", "diff-failing", "already-gone", check=False)


CONTINUE = {"PULUMI_CONTINUE_ON_ERROR": "true"}

FAILING = Flow(
    name="failing",
    modules=("failing",),
    prepare=_failing_ground,
    tidy=_tidy,
    steps=(
        Step(name="create", command=UP, environment=CONTINUE, fails=True),
        Step(name="update", command=UP, phase=2, environment=CONTINUE, fails=True, before=_steal),
        Step(name="update-again", command=UP, phase=3, environment=CONTINUE, fails=True),
        Step(name="destroy-after-release", command=("destroy", "--yes", "--skip-preview"), phase=3, before=_release),
    ),
)


def _steal_refused(side: Side) -> None:
    _manifests(side, _object("ConfigMap", "conflict", "diff-refused", labels={"step": "stolen"}))


def _case(name: str, **settings: Json) -> Step:
    return Step(
        **{
            "name": f"preview-{name}",
            "command": PREVIEW,
            "phase": 2,
            "environment": {"DIFFERENTIAL_CASE": name},
            "fails": True,
            **settings,
        }
    )


REFUSED = Flow(
    name="refused",
    modules=("refused",),
    tidy=_tidy,
    steps=(
        Step(name="create", command=UP),
        Step(name="update", command=UP, phase=2),
        _case("conflict", before=_steal_refused),
        *(_case(name) for name in ("validation", "immutable", "generate-name", "patch-without-name", "crash")),
        # Not refused at preview by the official provider: an object that exists, admission, a field nobody knows.
        _case("exists", fails=False),
        _case("pod-security", fails=False),
        _case("unknown-field", fails=False),
    ),
)

CONFIGURED = Flow(
    name="configured",
    modules=("configured",),
    tidy=_tidy,
    steps=(
        Step(name="preview-create", command=PREVIEW),
        Step(name="create", command=UP),
        Step(name="same-crossed", command=PREVIEW_REFRESH, crossed=True, unchanged=True),
        Step(name="preview-written-otherwise", command=PREVIEW, phase=2),
        Step(name="written-otherwise", command=UP, phase=2),
        Step(name="preview-another-cluster", command=PREVIEW, phase=3),
        Step(name="preview-unreachable", command=PREVIEW, phase=2, environment={"DIFFERENTIAL_CASE": "unreachable"}),
        Step(name="unreachable", command=UP, phase=2, environment={"DIFFERENTIAL_CASE": "unreachable"}, fails=True),
        Step(name="preview-unparsable", command=PREVIEW, phase=2, environment={"DIFFERENTIAL_CASE": "unparsable"}),
        Step(name="preview-no-context", command=PREVIEW, phase=2, environment={"DIFFERENTIAL_CASE": "no-context"}),
        Step(name="destroy", command=("destroy", "--yes", "--skip-preview"), phase=2),
    ),
)


def _importable(side: Side) -> None:
    """Objects that the program imports or reads."""
    space = "diff-imported"
    rules = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]
    _manifests(side, _object("Namespace", space, labels={"imported": "yes"}))
    _manifests(
        side,
        _object("ServiceAccount", "account", space, automountServiceAccountToken=False, labels={"a": "b"}),
        _object("Role", "role", space, api="rbac.authorization.k8s.io/v1", rules=rules),
        _object("ConfigMap", "read", space, data={"a": "b"}),
        _object("ConfigMap", "by-command", space, data={"a": "b"}),
        _object("Service", "read", space, spec={"ports": [{"port": 80}]}),
        manager="pulumi-kubernetes",
    )


IMPORT = ("import", "--yes", "--generate-code=false", "--protect=false", "--skip-preview")

IMPORTED = Flow(
    name="imported",
    modules=("imported",),
    prepare=_importable,
    tidy=_tidy,
    steps=(
        # What is read on import comes from the schema that the official plugin at hand lacks: `settle` makes it even.
        Step(name="preview-import", command=PREVIEW, compared=("diagnostics",)),
        Step(name="import", command=UP, compared=("diagnostics",)),
        Step(name="settle", command=UP, phase=2, compared=("diagnostics",), environment=FORCE),
        Step(name="preview-imported", command=PREVIEW_REFRESH, phase=2, unchanged=True, compared=("diagnostics",)),
        Step(name="imported-crossed", command=PREVIEW_REFRESH, phase=2, unchanged=True, crossed=True, compared=()),
        Step(name="preview-change", command=PREVIEW, phase=3, environment=FORCE),
        Step(name="change", command=UP, phase=3, environment=FORCE),
        *(_case(name, phase=3) for name in ("missing", "get-missing")),
        Step(
            name="import-command",
            command=(*IMPORT, "kubernetes:core/v1:ConfigMap", "by-command", "diff-imported/by-command"),
        ),
        Step(
            name="import-command-missing",
            command=(*IMPORT, "kubernetes:core/v1:ConfigMap", "not-there", "diff-imported/not-there"),
            fails=True,
        ),
        Step(name="destroy", command=("destroy", "--yes", "--skip-preview"), phase=3),
    ),
)

FLOWS = (LIFE, FAILING, REFUSED, CONFIGURED, IMPORTED)
