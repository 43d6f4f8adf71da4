"""A small stack that every rule passes: two tenants, the platform, and an account of AWS."""

import copy
import json
from typing import Any

from tests.unit.policies import cases_of_aws as aws
from tests.unit.policies.objects_of_tenants import LIMITS, NAMESPACE, QUOTA, ROUTE, metadata, pod_template

Parts = dict[str, tuple[str, dict[str, Any]]]
"""Type token and inputs by a name of the part."""
_NETWORK = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
_CALICO = "kubernetes:projectcalico.org/v3"
_ENVOY = "kubernetes:gateway.envoyproxy.io/v1alpha1"
_VALIDATING = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy"
_DENY = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
_TO_ROUTE = {"targetRefs": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": "tenant"}]}


def tenant(name: str) -> Parts:
    """The objects of one tenant; each part's name begins with the tenant's."""
    parts: Parts = {
        "namespace": ("kubernetes:core/v1:Namespace", NAMESPACE),
        "quota": ("kubernetes:core/v1:ResourceQuota", QUOTA),
        "limits": ("kubernetes:core/v1:LimitRange", LIMITS),
        "deny": (_NETWORK, {"metadata": metadata("default-deny"), "spec": _DENY}),
        "rail": (
            f"{_CALICO}:GlobalNetworkPolicy",
            {
                "metadata": {**metadata("tenant-acme", None)},
                "spec": {"tier": "tenantplane-guardrails", "types": ["Ingress", "Egress"]},
            },
        ),
        "route": ("kubernetes:gateway.networking.k8s.io/v1:HTTPRoute", ROUTE),
        "limit": (
            f"{_ENVOY}:BackendTrafficPolicy",
            {"metadata": metadata("tenant"), "spec": {**_TO_ROUTE, "rateLimit": {"local": {"rules": []}}}},
        ),
        "tokens": (
            f"{_ENVOY}:SecurityPolicy",
            {
                "metadata": metadata("tenant"),
                "spec": {
                    **_TO_ROUTE,
                    "jwt": {"providers": [{"name": "tenant"}]},
                    "authorization": {"defaultAction": "Deny"},
                },
            },
        ),
        "queue": ("kubernetes:kueue.x-k8s.io/v1beta2:LocalQueue", {"metadata": metadata("default"), "spec": {}}),
        "scrape": ("kubernetes:monitoring.coreos.com/v1:PodMonitor", {"metadata": metadata("tenant"), "spec": {}}),
        "secret": (
            "kubernetes:core/v1:Secret",
            {"metadata": metadata("database"), "stringData": {"user": "tenant_acme", "host": "db"}},
        ),
        "deployment": ("kubernetes:apps/v1:Deployment", {"metadata": metadata(), "spec": {"template": pod_template()}}),
        "scaler": (
            "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
            {
                "metadata": metadata(),
                "spec": {"maxReplicas": 4, "scaleTargetRef": {"kind": "Deployment", "name": "app"}},
            },
        ),
        "budget": (
            "kubernetes:policy/v1:PodDisruptionBudget",
            {"metadata": metadata(), "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "app"}}}},
        ),
    }
    text = json.dumps(parts).replace("tenant-acme", f"tenant-{name}").replace("acme", name)
    return {f"{name}-{part}": (token, props) for part, (token, props) in json.loads(text).items()}


PLATFORM: Parts = {
    "system": ("kubernetes:core/v1:Namespace", {"metadata": metadata("system", None)}),
    "system-deny": (_NETWORK, {"metadata": metadata("default-deny", "system"), "spec": _DENY}),
    "tier": (f"{_CALICO}:Tier", {"metadata": metadata("tenantplane-guardrails", None), "spec": {"order": 100}}),
    "metadata": (
        f"{_CALICO}:GlobalNetworkPolicy",
        {
            "metadata": metadata("tenantplane-guardrails.metadata", None),
            "spec": {
                "tier": "tenantplane-guardrails",
                "egress": [
                    {"action": "Deny", "destination": {"nets": ["169.254.169.254/32", "fd00:ec2::254/128"]}},
                ],
            },
        },
    ),
    "rule": (_VALIDATING, {"metadata": metadata("rule", None), "spec": {"failurePolicy": "Fail"}}),
    "rule-binding": (f"{_VALIDATING}Binding", {"metadata": metadata("rule", None), "spec": {"policyName": "rule"}}),
}


def _aws(kind: str) -> str:
    module, _, name = kind.partition(":")
    return f"aws:{module}/{name[0].lower()}{name[1:]}:{name}"


def _bucket(name: str) -> tuple[Parts, dict[str, str]]:
    of_it: dict[str, tuple[str, dict[str, Any]]] = {
        "block": ("s3:BucketPublicAccessBlock", aws.BLOCK),
        "encryption": ("s3:BucketServerSideEncryptionConfiguration", aws.ENCRYPTION),
        "versions": ("s3:BucketVersioning", aws.VERSIONS),
        "policy": ("s3:BucketPolicy", aws.POLICY),
        "owner": ("s3:BucketOwnershipControls", aws.OWNER),
        "lifecycle": ("s3:BucketLifecycleConfiguration", {}),
        "lock": ("s3:BucketObjectLockConfiguration", aws.LOCK),
    }
    parts = {name: (_aws("s3:Bucket"), aws.BUCKET)}
    parts |= {f"{name}-{part}": (_aws(kind), dict(props)) for part, (kind, props) in of_it.items()}
    return parts, {f"{name}-{part}": name for part in of_it}


_BUCKETS, _OF_BUCKETS = _bucket("audit")
ACCOUNT: Parts = {
    **_BUCKETS,
    "images": (_aws("ecr:Repository"), aws.REPOSITORY),
    "images-lifecycle": (_aws("ecr:LifecyclePolicy"), {}),
    "vpc": (_aws("ec2:Vpc"), {"tags": aws.TAGS}),
    "flows": (_aws("ec2:FlowLog"), {"tags": aws.TAGS}),
    "database": (_aws("rds:Cluster"), aws.DATABASE),
    "database-0": (_aws("rds:ClusterInstance"), {"tags": aws.TAGS}),
    "database-1": (_aws("rds:ClusterInstance"), {"tags": aws.TAGS}),
    "password": (_aws("secretsmanager:Secret"), aws.SECRET),
    "rotation": (_aws("secretsmanager:SecretRotation"), {"rotationRules": {"automaticallyAfterDays": 30}}),
}
REFERS: dict[str, str] = {
    **_OF_BUCKETS,
    "images-lifecycle": "images",
    "flows": "vpc",
    "database-0": "database",
    "database-1": "database",
    "rotation": "password",
}
"""What a part refers to."""


def whole_stack() -> Parts:
    """All of it, to be changed at will."""
    return copy.deepcopy({**PLATFORM, **tenant("acme"), **tenant("bolt"), **ACCOUNT})
