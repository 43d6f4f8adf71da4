"""The Aurora of tenants and its master's way in, as AWS's API tells both: on an account, and on the AWS of this machine
by the same calls (F1, F2, F5).

On an account the calls are made with the operator's own credentials, as boto3 finds them, and not one before AWS has
said that they are of the topology's account. They need `rds:DescribeDBClusters`, `secretsmanager:GetSecretValue` and
`kms:Decrypt`; the server is reached from inside the network alone, and from where `aurora.administered_from` says.
"""

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import boto3
import psycopg
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004  botocore's, whose other errors are all about credentials and configuration
    HTTPClientError,
)

from fleet.errors import FleetError
from localcloud.aws import running_aws
from localcloud.aws.databases import authority
from localcloud.aws.provider.session import Session, Settings
from localcloud.controlplane.postgres import DatabaseServer
from localcloud.controlplane.postgres.sql import connect
from localcloud.files import write_whole
from localcloud.paths import state_directory
from settings import Catalogue, Cluster
from settings.aws.postgres import server_name
from settings.database import MAINTENANCE

ANSWERS_WITHIN_S: Final = 5
"""A server behind a security group that does not know us takes the packets and says nothing."""

Clients = Callable[[str], Any]
"""boto3's client of a service, in the cluster's region."""

_NOT_LET_IN: Final = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError")


class NotReachedError(FleetError):
    """A server that may be there did not answer, or AWS did not say where it is."""


def aurora_of(catalogue: Catalogue, cluster: Cluster, owner: str) -> DatabaseServer | None:
    """The Aurora of a cluster or of one tenant, into which its master gets, who is no superuser; None for one that was
    not made yet.

    owner: whose it is, as in its name. Raises FleetError for credentials of another account than the topology's, and
    NotReachedError where the server, or what AWS knows of it, cannot be reached.
    """
    account, aurora = catalogue.topology.aws, cluster.aurora
    if account is None or aurora is None:
        return None
    name = server_name(catalogue.environment, owner)
    if not account.is_local:
        trusted = state_directory() / "fleet" / catalogue.environment / f"{cluster.name}.authority.pem"
        write_whole(trusted, aurora.authority or "")  # without one the topology is refused, and so would be the server
        return _server(_clients_of(account.account, cluster.region), name, trusted, _INSIDE)
    if (service := running_aws()) is None:
        return None
    return _server(_clients_here(service.endpoint, cluster.region), name, authority(name, cluster.region), _START)


_INSIDE: Final = (
    "run this from inside the network, and let its security group admit you: `aurora.administered_from` of the topology"
)
_START: Final = "start it with: python -m localcloud start"


def _server(clients: Clients, name: str, trusted: Path, advice: str) -> DatabaseServer | None:
    """The server of that name, which was asked whether it lets its master in."""
    try:
        found = _ask(clients, "rds", "describe_db_clusters", DBClusterIdentifier=name)["DBClusters"][0]
    except _AbsentError:
        return None
    secret = (found.get("MasterUserSecret") or {}).get("SecretArn")
    if secret is None:
        raise NotReachedError(
            f"the Aurora {name!r} has no secret of its master in Secrets Manager: somebody took its password back; "
            "`python -m fleet refresh` and `up` give it to RDS again"
        )
    try:
        kept = _ask(clients, "secretsmanager", "get_secret_value", SecretId=secret)
    except _AbsentError:
        raise NotReachedError(f"the secret of the master of the Aurora {name!r} is gone: {secret}") from None
    login = json.loads(kept["SecretString"])
    server = DatabaseServer(
        host=str(found["Endpoint"]),
        port=int(found["Port"]),
        authority=trusted,
        user=str(login["username"]),
        password=str(login["password"]),
        superuser=False,
    )
    try:
        connect(server, MAINTENANCE, timeout_s=ANSWERS_WITHIN_S).close()
    except psycopg.OperationalError as error:
        if "password authentication failed" in str(error):
            advice = "if the password is being turned just now, which takes RDS a minute, run this again"
        raise NotReachedError(
            f"the Aurora {name!r} does not let `fleet` in, at {server.host}:{server.port} "
            f"({' '.join(str(error).split())}); {advice}"
        ) from None
    return server


@functools.lru_cache(maxsize=64)
def _clients_here(endpoint: str, region: str) -> Clients:
    return Session(Settings(endpoint, region)).client


@functools.lru_cache(maxsize=64)
def _clients_of(account: str, region: str) -> Clients:
    """Clients with the operator's credentials, once AWS has said that they are of the account."""
    config = Config(
        connect_timeout=ANSWERS_WITHIN_S, read_timeout=20, retries={"total_max_attempts": 3, "mode": "standard"}
    )
    try:
        session = boto3.session.Session(region_name=region)
    except BotoCoreError as error:  # a profile that is not there
        raise NotReachedError(_no_credentials(error)) from None

    @functools.cache
    def clients(service: str) -> Any:
        return session.client(service, config=config)

    said = _ask(clients, "sts", "get_caller_identity")
    if said["Account"] != account:
        raise FleetError(
            f"the AWS credentials here are of account {said['Account']} ({said['Arn']}), and the topology is of "
            f"{account} (`aws.account`); nothing was touched. Take those of the other account, such as by AWS_PROFILE"
        )
    return clients


class _AbsentError(Exception):
    """AWS has no such thing."""


def _ask(clients: Clients, service: str, method: str, **given: str) -> dict[str, Any]:
    """One call that reads. Raises _AbsentError, and NotReachedError in words for a person; no answer is in them."""
    what = f"{service}.{method}"
    try:
        answer: dict[str, Any] = getattr(clients(service), method)(**given)
    except ClientError as error:
        told = error.response.get("Error", {})
        code, words = str(told.get("Code", "")), str(told.get("Message", ""))
        if "NotFound" in code:
            raise _AbsentError from None
        if code in _NOT_LET_IN:
            raise NotReachedError(
                f"AWS refuses {what} to these credentials ({words}); whoever runs `fleet` needs "
                "rds:DescribeDBClusters, secretsmanager:GetSecretValue and kms:Decrypt (docs/databases.md)"
            ) from None
        raise NotReachedError(f"AWS refuses {what}: {code}: {words}") from None
    except (ConnectionError, HTTPClientError) as error:
        raise NotReachedError(f"AWS's API does not answer {what} ({error}); run this where it is reached") from None
    except BotoCoreError as error:
        raise NotReachedError(_no_credentials(error)) from None
    return answer


def _no_credentials(error: BotoCoreError) -> str:
    return f"there are no AWS credentials to ask with ({error}); log in, or name a profile by AWS_PROFILE"
