"""boto3 against the local endpoint, and nowhere else; what fails, in words for a person."""

import functools
import ipaddress
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
from botocore.model import StructureShape

from localcloud.errors import LocalcloudError

_THROTTLED: Final = ("Throttling", "TooManyRequests", "RequestLimitExceeded", "SlowDown", "429")


class AwsError(Exception):
    """A call that failed. code: AWS's, or empty when there was no answer."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Settings:
    """Where calls go. attempts: how often one is tried in all. mode: boto3's of retrying, standard or adaptive.
    access_key: of a role that was assumed at the local AWS, whose account is another one then; any other means nothing.
    """

    endpoint: str
    region: str
    attempts: int = 6
    mode: str = "standard"
    access_key: str = "local"

    def __post_init__(self) -> None:
        """Raises LocalcloudError for an address off this machine: this provider is for development."""
        host = urlsplit(self.endpoint).hostname or ""
        try:
            local = ipaddress.ip_address(host).is_loopback
        except ValueError:
            local = False
        if not local:
            raise LocalcloudError(
                "the local aws provider only talks to an address such as http://127.0.0.1:5000, "
                f"not {self.endpoint!r}; for a real account install the official plugin of pulumi-aws"
            )


class Session:
    """Clients of one configuration, made when first used. Credentials are made up and open nothing."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = threading.Lock()
        self._session = boto3.session.Session(
            aws_access_key_id=settings.access_key, aws_secret_access_key="local", region_name=settings.region
        )

    def client(self, service: str, region: str = "") -> Any:
        """boto3's client; standard and adaptive retries wait longer after each 429 and 5xx."""
        key = (service, region or self.settings.region)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = self._session.client(
                    service,
                    region_name=key[1],
                    endpoint_url=self.settings.endpoint,
                    config=Config(
                        retries={"total_max_attempts": self.settings.attempts, "mode": self.settings.mode},
                        proxies={},
                        s3={"addressing_style": "path"},
                        max_pool_connections=32,
                        ignore_configured_endpoint_urls=True,
                    ),
                )
            return self._clients[key]

    def call(self, service: str, method: str, given: Mapping[str, Any], region: str = "") -> dict[str, Any]:
        """Make one call; its answer without what belongs to HTTP. Raises AwsError."""
        client = self.client(service, region)
        try:
            answer: dict[str, Any] = getattr(client, method)(**given)
        except ClientError as error:
            raise self._refused(service, method, error) from error
        except ParamValidationError as error:
            raise AwsError(f"{service}.{method}: {error}", "ParamValidation") from error
        except BotoCoreError as error:
            raise AwsError(
                f"{service}.{method}: no answer from {self.settings.endpoint} ({error}); "
                "start it with: python -m localcloud aws start"
            ) from error
        answer.pop("ResponseMetadata", None)
        return answer

    @functools.cached_property
    def account(self) -> str:
        """The account's number."""
        return str(self.call("sts", "get_caller_identity", {})["Account"])

    def _refused(self, service: str, method: str, error: ClientError) -> AwsError:
        code = str(error.response.get("Error", {}).get("Code", ""))
        words = str(error.response.get("Error", {}).get("Message", ""))
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        tries = error.response.get("ResponseMetadata", {}).get("RetryAttempts", 0) + 1
        message = f"{service}.{method}: {code}: {words}"
        if status >= 500 or status == 429 or any(each in code for each in _THROTTLED):
            message += f" (the endpoint answered {status} to each of {tries} attempts, with longer and longer waits)"
        return AwsError(message, code)


@functools.cache
def input_shape(service: str, method: str) -> StructureShape | None:
    """The arguments of a method of boto3, without a connection."""
    client = _offline(service)
    shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method]).input_shape
    return shape if isinstance(shape, StructureShape) else None


@functools.cache
def _offline(service: str) -> Any:
    session = boto3.session.Session(aws_access_key_id="local", aws_secret_access_key="local", region_name="us-east-1")
    return session.client(service)
