"""Who reaches whose objects: every policy judged by an independent evaluator of AWS's rules (F4, F5, B1).

The judge is iam-simulate, a package of npm; without node the tests are skipped. moto, which the calls run against in
test_object_store, evaluates no conditions.
"""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import pytest

from localcloud.paths import cache_directory
from settings.storage import Bucket, bucket_of, bucket_policy, role_policy, tenant_key
from settings.volume import KeyRotation

ACCOUNT: Final = "111122223333"
REGION: Final = "eu-central-1"
KEY: Final = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f"
OTHER_KEY: Final = KEY.replace("0a1b2c3d-", "ffffffff-")
HERE: Final = Path(__file__).parent / "iam"
ALL: Final[dict[str, Any]] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["s3:*", "kms:*"], "Resource": "*"}],
}
MODERN: Final = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"}

Judge = Callable[[list[dict[str, Any]]], list[str]]


@pytest.fixture(scope="session")
def judge_home() -> Path:
    """Where the evaluator is, installed from its lock file once for each version of it."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed: apt-get install nodejs npm")
    lock = (HERE / "package-lock.json").read_bytes()
    home = cache_directory() / "judges" / f"iam-{hashlib.sha256(lock).hexdigest()[:16]}"
    if not (home / "node_modules" / ".package-lock.json").exists():
        home.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, home)
        installed = subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=home,
            capture_output=True,
            text=True,
            check=False,
        )
        if installed.returncode:
            pytest.skip(f"npm cannot install the judge: {installed.stderr.strip().splitlines()[-1]}")
    return home


def ask(home: Path, script: str, asked: list[Any]) -> list[dict[str, Any]]:
    """What a script of iam/ says of each thing asked."""
    shutil.copy(HERE / script, home)
    done = subprocess.run(
        ["node", script], cwd=home, input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    told: list[dict[str, Any]] = json.loads(done.stdout)
    return told


@pytest.fixture(scope="session")
def judge(judge_home: Path) -> Judge:
    """The evaluator."""

    def judged(asked: list[dict[str, Any]]) -> list[str]:
        told = ask(judge_home, "judge.mjs", asked)
        assert all("result" in each for each in told), told
        return [str(each["result"]) for each in told]

    return judged


def arn(role: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{role}"


def asks(
    bucket: Bucket,
    action: str,
    resource: str,
    *,
    tenant: str | None,
    role: str = "tenant-acme",
    identity: dict[str, Any] | None = None,
    context: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """A request of a role with a tenant's tag, or none, under the bucket's policy and the role's own."""
    tag = {} if tenant is None else {"aws:PrincipalTag/tenant": tenant}
    return {
        "request": {
            "principal": arn(role),
            "action": action,
            "resource": {"resource": resource, "accountId": ACCOUNT},
            "contextVariables": {"aws:PrincipalArn": arn(role), **MODERN, **tag, **context},
        },
        "identityPolicies": [{"name": "own", "policy": identity or role_policy(bucket, KEY)}],
        "resourcePolicy": bucket_policy(bucket, ACCOUNT, KEY),
        "serviceControlPolicies": [],
        "resourceControlPolicies": [],
    }


@pytest.fixture(params=["database", "shared"])
def bucket(request: pytest.FixtureRequest) -> Bucket:
    """Acme's place: a bucket of its own, or its prefix of the shared one."""
    return bucket_of("acme", request.param, "prod", REGION, ACCOUNT)


def own(bucket: Bucket, key: str = "report.pdf") -> str:
    return f"{bucket.arn}/{bucket.prefix}{key}"


def test_a_tenant_works_with_its_own_objects(judge: Judge, bucket: Bucket) -> None:
    listing = {"s3:prefix": bucket.prefix} if bucket.prefix else {}
    asked = [
        *(asks(bucket, f"s3:{verb}Object", own(bucket), tenant="acme") for verb in ("Get", "Put", "Delete")),
        asks(bucket, "s3:ListBucket", bucket.arn, tenant="acme", context=listing),
    ]
    assert judge(asked) == ["Allowed"] * len(asked)


@pytest.mark.parametrize("mighty", [False, True], ids=["its own policy", "a policy that allows everything"])
def test_no_other_tenant_reaches_them_whatever_its_role_allows(judge: Judge, bucket: Bucket, mighty: bool) -> None:
    """The mistake that bucket policies are for: a role that was given too much."""
    identity = ALL if mighty else None
    asked = [
        asks(bucket, f"s3:{verb}", own(bucket), tenant=tenant, identity=identity)
        for verb in ("GetObject", "PutObject", "DeleteObject", "GetObjectVersion", "PutObjectTagging")
        for tenant in ("bolt", "acme-edu", "acm", None)
    ]
    listing = {"s3:prefix": bucket.prefix} if bucket.prefix else {}
    asked += [asks(bucket, "s3:ListBucket", bucket.arn, tenant="bolt", identity=identity, context=listing)]
    assert not {"Allowed"} & set(judge(asked))


def test_the_shared_bucket_is_listed_below_the_own_prefix_alone(judge: Judge) -> None:
    shared = bucket_of("acme", "shared", "prod", REGION, ACCOUNT)
    prefixes = ("", "tenants/", "tenants/bolt/", "tenants/acme", "tenants/acme-edu/")
    asked = [
        asks(shared, "s3:ListBucket", shared.arn, tenant="acme", identity=identity, context={"s3:prefix": prefix})
        for prefix in prefixes
        for identity in (None, ALL)
    ]
    asked += [asks(shared, "s3:ListBucket", shared.arn, tenant="acme", identity=ALL)]
    assert not {"Allowed"} & set(judge(asked))


def test_no_tenant_changes_the_bucket_itself(judge: Judge, bucket: Bucket) -> None:
    verbs = ("PutBucketPolicy", "DeleteBucketPolicy", "PutBucketVersioning", "PutEncryptionConfiguration",
             "PutBucketPublicAccessBlock", "DeleteBucket", "PutLifecycleConfiguration")  # fmt: skip
    asked = [asks(bucket, f"s3:{verb}", bucket.arn, tenant="acme") for verb in verbs]
    assert not {"Allowed"} & set(judge(asked))


@pytest.mark.parametrize("role", ["tenant-acme", "tenantplane-engine"])
def test_nobody_speaks_old_tls_or_stores_with_another_key(judge: Judge, bucket: Bucket, role: str) -> None:
    key, algorithm = "s3:x-amz-server-side-encryption-aws-kms-key-id", "s3:x-amz-server-side-encryption"
    put: dict[str, Any] = {"tenant": "acme", "role": role, "identity": ALL}
    fine = [
        asks(bucket, "s3:PutObject", own(bucket), **put),
        asks(bucket, "s3:PutObject", own(bucket), **put, context={algorithm: "aws:kms", key: KEY}),
    ]
    assert judge(fine) == ["Allowed"] * len(fine)
    wrong = [
        {"s3:TlsVersion": "1.2"},
        {"aws:SecureTransport": "false"},
        {algorithm: "AES256"},
        {algorithm: "aws:kms", key: OTHER_KEY},
    ]
    asked = [asks(bucket, "s3:PutObject", own(bucket), **put, context=each) for each in wrong]
    assert not {"Allowed"} & set(judge(asked))


def test_the_platform_reaches_every_place(judge: Judge, bucket: Bucket) -> None:
    role: dict[str, Any] = {"role": "tenantplane-engine", "identity": ALL}
    asked = [
        asks(bucket, "s3:GetObject", own(bucket), tenant=None, **role),
        asks(bucket, "s3:PutBucketPolicy", bucket.arn, tenant=None, **role),
        asks(bucket, "s3:ListBucket", bucket.arn, tenant=None, **role),
    ]
    assert judge(asked) == ["Allowed"] * 3


def test_a_tenant_s_key_opens_nothing_for_another(judge: Judge) -> None:
    made = tenant_key("acme", "team", "prod", ACCOUNT, KeyRotation())

    def decrypts(tenant: str | None, role: str = "tenant-x", **context: str) -> dict[str, Any]:
        tag = {} if tenant is None else {"aws:PrincipalTag/tenant": tenant}
        return {
            "request": {
                "principal": arn(role),
                "action": "kms:Decrypt",
                "resource": {"resource": KEY, "accountId": ACCOUNT},
                "contextVariables": {"aws:PrincipalArn": arn(role), **tag, **context},
            },
            "identityPolicies": [{"name": "own", "policy": ALL}],
            "resourcePolicy": made.policy,
            "serviceControlPolicies": [],
            "resourceControlPolicies": [],
        }

    assert judge([decrypts("acme"), decrypts(None, "tenantplane-engine")]) == ["Allowed", "Allowed"]
    assert not {"Allowed"} & set(judge([decrypts("bolt"), decrypts(None), decrypts("acme-edu")]))


def test_the_judge_sees_a_policy_that_lets_others_in(judge: Judge, bucket: Bucket) -> None:
    """A mutant for each statement that keeps tenants apart: without it somebody is let in."""
    intruder = asks(bucket, "s3:GetObject", own(bucket), tenant="bolt", identity=ALL)
    untagged = asks(bucket, "s3:GetObject", own(bucket), tenant=None, identity=ALL)
    for request, guards in (
        (intruder, {"ThisTenantOnly", "OwnPrefixOnly"}),
        (untagged, {"ThisTenantOnly", "TaggedOnly"}),
    ):
        weakened = json.loads(json.dumps(request))
        statements = weakened["resourcePolicy"]["Statement"]
        weakened["resourcePolicy"]["Statement"] = [each for each in statements if each["Sid"] not in guards]
        assert judge([request]) == ["ExplicitlyDenied"]
        assert len(weakened["resourcePolicy"]["Statement"]) < len(statements)
        if request is intruder or not bucket.prefix:
            assert judge([weakened]) == ["Allowed"]
