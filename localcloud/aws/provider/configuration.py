"""The provider's own configuration: the same properties as the official one's, of which the local one needs few."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import pulumi_aws
from pulumi import _types

from localcloud.aws.provider.session import Settings
from localcloud.aws.service import running_aws
from localcloud.errors import LocalcloudError

_ATTEMPTS: Final = 6


@dataclass(frozen=True)
class Configuration:
    """settings: of the calls. tags: what every resource is tagged with. accounts: the only allowed; empty: any."""

    settings: Settings
    tags: Mapping[str, str]
    accounts: tuple[str, ...] = ()


def problems(inputs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Properties that the official provider does not know."""
    known = _types.resource_types(pulumi_aws.Provider) | _types.input_type_types(pulumi_aws.ProviderArgs)
    for name in inputs:
        if name not in known and not name.startswith("__") and name != "version":
            yield name, f"is not a property of the provider; allowed: {', '.join(sorted(known))}"


def configuration(inputs: Mapping[str, Any]) -> Configuration:
    """What the provider is to do.

    Raises LocalcloudError for an endpoint off this machine, and when no local AWS runs and none is given.
    """
    given = {name: _decoded(value) for name, value in inputs.items()}
    endpoint = _endpoint(given)
    region = given.get("region") or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if not region:
        raise LocalcloudError("the aws provider needs a region: set `region`, or aws:region in the stack's config")
    return Configuration(
        Settings(
            endpoint,
            str(region),
            attempts=int(given.get("maxRetries") or _ATTEMPTS),
            mode=str(given.get("retryMode") or "standard"),
            access_key=_access_key(given.get("accessKey")),
        ),
        dict((given.get("defaultTags") or {}).get("tags") or {}),
        tuple(map(str, given.get("allowedAccountIds") or ())),
    )


def _endpoint(given: Mapping[str, Any]) -> str:
    endpoints = {
        address
        for each in given.get("endpoints") or ()
        for address in each.values()
        if isinstance(address, str) and address
    }
    addresses = {f"{urlsplit(each).scheme}://{urlsplit(each).netloc}" for each in endpoints}
    for each in sorted(addresses):
        Settings(each, "")  # refuses what is not on this machine
    if len(addresses) > 1:
        raise LocalcloudError(f"the local aws provider has one endpoint for all services, not {sorted(addresses)}")
    if addresses:
        return addresses.pop()
    if (running := running_aws()) is not None:
        return running.endpoint
    raise LocalcloudError("no local AWS runs here; start it with: python -m localcloud aws start")


def _access_key(given: Any) -> str:
    """The key itself: the SDK marks it as a secret, in JSON in a text."""
    return str((given.get("value") if isinstance(given, Mapping) else given) or "local")


def _decoded(value: Any) -> Any:
    """The SDK sends everything but texts as JSON in a text."""
    if isinstance(value, str):
        try:
            found = json.loads(value)
        except ValueError:
            return value
        return value if isinstance(found, (int, float)) and not isinstance(found, bool) else found
    return value
