"""What moto makes up of an RDS cluster, and a server of this machine has for real: its address, and its master's
password, which a rotation changes (F1, F5, H1).

A server's port is what `localcloud.aws.databases` gives to RDS once it runs. New passwords come from the request's
seed, as everything else that moto makes up: from elsewhere they would be other ones after a replay. ARNs of masters'
secrets are made from their clusters' own: a creation may be the first request after a start, which makes up a default
network as well, and has come to another place in its source of randomness then.
"""

import json
import string
import sys
import threading
import time
import uuid
from pathlib import Path
from typing import Any, Final

from moto.moto_api._internal import mock_random
from moto.rds.models import DBCluster, MasterUserSecret, rds_backends
from moto.secretsmanager.exceptions import InvalidParameterException, InvalidRequestException
from moto.secretsmanager.models import SecretsManagerBackend

from localcloud.aws.databases import turn_password
from localcloud.aws.provider.session import AwsError, Session, Settings
from localcloud.controlplane.ports import HOST

DAYS: Final = 7
"""After which RDS turns a master's password unless told otherwise (Amazon Aurora User Guide, "Password management with
Amazon Aurora and AWS Secrets Manager")."""

LONGEST_DAYS: Final = 1_000
_DAY_S: Final = 86_400
_LETTERS: Final = string.ascii_letters + string.digits
_LENGTH: Final = 32
_SUFFIX: Final = "master"
"""Of ARNs, in the place of six letters at random: what the secret is called is unique by itself."""
_LOOK_S: Final = 60.0

_CREATE, _ROTATE = MasterUserSecret._create_secret, SecretsManagerBackend.rotate_secret
_CANCEL = SecretsManagerBackend.cancel_rotate_secret


def use_real_servers(state_dir: Path) -> None:
    """Have moto say where the clusters' servers are, and turn their masters' passwords."""

    def create(made: Any, kms_key_id: str | None) -> Any:
        secret = _CREATE(made, kms_key_id)
        secret.arn = f"{secret.arn[: -len(_SUFFIX)]}{_SUFFIX}"
        # While moto changes a cluster, which may be what turns the secret, it is in no list.
        secret.cluster = getattr(made.resource, "db_cluster_identifier", None)
        _scheduled(secret, DAYS)
        return secret

    def rotate(backend: Any, secret_id: str, **given: Any) -> Any:
        secret = backend.describe_secret(secret_id)
        function = given.get("rotation_lambda_arn")
        if secret.owning_service != "rds":
            if not function and not secret.rotation_lambda_arn:
                raise InvalidRequestException("No Lambda rotation function ARN is associated with this secret.")
            return _ROTATE(backend, secret_id, **given)
        if function:
            raise InvalidRequestException("The secret is managed by rds, which rotates it without a Lambda function.")
        if rules := given.get("rotation_rules"):
            _scheduled(secret, _days(rules))
        if given.get("rotate_immediately", True):
            _turn(backend, secret, given.get("client_request_token"), state_dir)
        return secret.to_short_dict()

    def cancel(backend: Any, secret_id: str) -> Any:
        secret = backend.describe_secret(secret_id)
        if secret.owning_service != "rds":
            return _CANCEL(backend, secret_id)
        secret.rotation_enabled, secret.next_rotation_date = False, None
        return secret.to_short_dict()

    DBCluster.endpoint = DBCluster.reader_endpoint = property(lambda _: HOST)
    MasterUserSecret._generate_secret_name = _secret_name
    MasterUserSecret._create_secret = create
    SecretsManagerBackend.rotate_secret = rotate
    SecretsManagerBackend.cancel_rotate_secret = cancel


def _secret_name(secret: Any) -> str:
    return f"rds!{secret.resource.resource_type}-{uuid.uuid5(uuid.NAMESPACE_URL, secret.resource.arn)}"


def _days(rules: dict[str, Any]) -> int:
    days = rules.get("AutomaticallyAfterDays")
    if days is None:
        raise InvalidParameterException("The local AWS knows RotationRules.AutomaticallyAfterDays and no expressions.")
    if not 1 <= int(days) <= LONGEST_DAYS:
        raise InvalidParameterException(f"RotationRules.AutomaticallyAfterDays must be within 1-{LONGEST_DAYS}.")
    return int(days)


def _scheduled(secret: Any, days: int) -> None:
    secret.rotation_requested = secret.rotation_enabled = True
    secret.auto_rotate_after_days = days
    secret.next_rotation_date = int(time.time()) + days * _DAY_S


def _turn(backend: Any, secret: Any, token: str | None, state_dir: Path) -> None:
    """Another password for the master, first in the server and then in the secret."""
    login = json.loads(secret.versions[secret.default_version_id]["secret_string"])
    login["password"] = "".join(mock_random.choice(_LETTERS) for _ in range(_LENGTH))
    if secret.cluster is not None:
        turn_password(secret.cluster, backend.region_name, login["username"], login["password"], state_dir)
    now = int(time.time())
    version = {
        "createdate": now,
        "version_id": token or str(mock_random.uuid4()),
        "version_stages": ["AWSCURRENT"],
        "secret_string": json.dumps(login),
    }
    secret.reset_default_version(version, version["version_id"])
    secret.last_rotation_date = secret.last_changed_date = now
    if secret.rotation_enabled:
        secret.next_rotation_date = now + secret.auto_rotate_after_days * _DAY_S


class Schedule:
    """Turns masters' passwords when their day has come, by requests like anybody's. endpoint: of the server."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint

    def run(self, ended: threading.Event) -> None:
        """Until `ended` is set."""
        while not ended.wait(_LOOK_S):
            for region in sorted({each for _, each, backend in rds_backends.iter_backends() if backend.clusters}):
                try:
                    self.turn_due(region, time.time())
                except AwsError as error:
                    print(f"rotation: {region}: {error}", file=sys.stderr, flush=True)

    def turn_due(self, region: str, now: float) -> list[str]:
        """Turns what is due in a region; ARNs of the secrets. now: seconds since the epoch."""
        session = Session(Settings(self._endpoint, region))
        asked = {"Filters": [{"Key": "owning-service", "Values": ["rds"]}]}
        found = session.call("secretsmanager", "list_secrets", asked)["SecretList"]
        due = [
            each["ARN"] for each in found if "NextRotationDate" in each and each["NextRotationDate"].timestamp() <= now
        ]
        for arn in due:
            session.call("secretsmanager", "rotate_secret", {"SecretId": arn})
        return due
