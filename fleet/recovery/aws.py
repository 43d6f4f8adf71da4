"""Asks AWS for what a killed engine may have made there (issue 6).

On an account by the credentials that boto3 finds, as the engine's plugin does; on the AWS of this machine by its
endpoint. Region and account are those of the stack's own provider.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import boto3
import jmespath
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from fleet.errors import FleetError
from fleet.recovery.aws_lookups import LOOKUPS
from fleet.recovery.aws_ready import READY, Ready, is_over
from fleet.recovery.aws_types import Inputs
from fleet.recovery.lookup import Item, Lookup
from fleet.state import PendingOperation
from localcloud.aws import running_aws
from settings.aws.account import LOCAL_ACCOUNT

_ATTEMPTS: Final = 6
_LONGEST_S: Final = 3600.0
_LOOK_EVERY_S: Final = 5.0
_WORTH_TELLING_S: Final = 2.0


@dataclass(frozen=True, kw_only=True)
class Found:
    """What AWS says of open creations. adopt: URN to id. drop: URNs of what is not there. unknown: URN to why nobody
    can tell."""

    adopt: Mapping[str, str] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    unknown: Mapping[str, str] = field(default_factory=dict)


class Aws:
    """AWS as the providers of a stack reach it. deployment: of the stack."""

    def __init__(self, deployment: Mapping[str, Any]) -> None:
        self._deployment = deployment
        self._accounts: dict[str, _Account] = {}

    def look_up(self, pending: Sequence[PendingOperation], taken: Iterable[str]) -> Found:
        """What there is of these creations.

        taken: ids of what this stack and its neighbours have in their states, which is none of it. Raises FleetError
        when AWS cannot be asked.
        """
        adopt: dict[str, str] = {}
        drop: list[str] = []
        unknown: dict[str, str] = {}
        used = set(taken)
        for operation in pending:
            found = self._account(operation).candidates(operation)
            there = {each: known_as for each, known_as in found.items() if known_as not in used}
            alike = sum(1 for each in pending if (each.type, each.inputs) == (operation.type, operation.inputs))
            if not there:
                drop.append(operation.urn)
            elif len(there) > alike:
                unknown[operation.urn] = f"these look like it, and are in no state: {', '.join(there)}"
            elif LOOKUPS[operation.type].tags and not operation.inputs.get("tags"):
                unknown[operation.urn] = f"{', '.join(there)} looks like it, and it has no tag that would tell"
            else:
                adopt[operation.urn] = next(iter(there))
                used.add(there[adopt[operation.urn]])
        return Found(adopt=adopt, drop=tuple(drop), unknown=unknown)

    def await_ready(self, pending: Iterable[PendingOperation], beat: Callable[[], None]) -> list[str]:
        """Wait until what AWS is still making is made, as the engine would have; what was waited for, in plain words.

        What is not there, or failed, is not waited for. beat: called while it goes on. Raises FleetError when AWS
        cannot be asked, or it takes longer than the longest of them ever does.
        """
        notes = []
        for operation in pending:
            if operation.type in READY:
                began = time.monotonic()
                self._account(operation).await_ready(operation, READY[operation.type], beat)
                if (took := time.monotonic() - began) > _WORTH_TELLING_S:
                    notes.append(f"waited {took:.0f} s until AWS had made {operation.urn.rpartition('::')[2]}")
        return notes

    def _account(self, operation: PendingOperation) -> "_Account":
        reference = operation.provider
        if reference not in self._accounts:
            self._accounts[reference] = _Account(_provider(self._deployment, reference))
        return self._accounts[reference]


def _provider(deployment: Mapping[str, Any], reference: str) -> Mapping[str, Any]:
    """Inputs of the provider that a resource refers to, by `<urn>::<id>`."""
    urn = reference.rpartition("::")[0]
    for each in deployment.get("resources") or ():
        if each["urn"] == urn:
            return each.get("inputs") or {}
    raise FleetError(f"the stack's state has no provider {urn!r}")


class _Account:
    """AWS as a provider reaches it. inputs: of the provider."""

    def __init__(self, inputs: Mapping[str, Any]) -> None:
        self._clients: dict[tuple[str, str], Any] = {}
        self._endpoint = _endpoint(inputs)
        self._region = str(inputs.get("region") or "")
        self._allowed = _listed_in(inputs.get("allowedAccountIds"))

    def candidates(self, operation: PendingOperation) -> dict[str, str]:
        """All that may be what was asked for: the ids to import it by, and those that it has afterwards."""
        lookup = LOOKUPS[operation.type]
        region = str(operation.inputs.get("region") or self._region)
        try:
            found = [
                item
                for item in self._listed(lookup, operation.inputs, region)
                if lookup.fits(item, operation.inputs) and self._is_tagged(lookup, item, operation.inputs, region)
            ]
        except (BotoCoreError, ClientError) as error:
            raise _unasked(operation, error) from None
        except KeyError as error:
            raise FleetError(f"{operation.urn}: its inputs have no {error}, so that nobody can look for it") from None
        known_as = lookup.known_as or lookup.id
        return {lookup.id(item, operation.inputs): known_as(item, operation.inputs) for item in found}

    def await_ready(self, operation: PendingOperation, ready: Ready, beat: Callable[[], None]) -> None:
        """As Aws.await_ready, for one."""
        ends = time.monotonic() + _LONGEST_S
        try:
            waiter = self._client(ready.client, str(operation.inputs.get("region") or self._region)).get_waiter(
                ready.waiter
            )
            given = {argument: operation.inputs[name] for argument, name in ready.given.items()}
            while not is_over(waiter, given):
                if time.monotonic() > ends:
                    raise FleetError(f"AWS does not finish {operation.urn.rpartition('::')[2]} ({operation.type})")
                beat()
                time.sleep(_LOOK_EVERY_S)
        except (BotoCoreError, ClientError) as error:
            raise _unasked(operation, error) from None

    def _listed(self, lookup: Lookup, inputs: Inputs, region: str) -> Iterator[Item]:
        client = self._client(lookup.client, region)
        given = dict(lookup.given(inputs))
        try:
            if client.can_paginate(lookup.call):
                listed = list(client.get_paginator(lookup.call).paginate(**given).search(lookup.items))
            else:
                listed = _search(lookup.items, getattr(client, lookup.call)(**given))
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in lookup.absent:
                return
            raise
        for item in listed:
            if item is not None:
                yield self._detailed(lookup, item, client)

    def _detailed(self, lookup: Lookup, item: Any, client: Any) -> Any:
        if lookup.details is None:
            return item
        call, member = lookup.details
        return getattr(client, call)(**lookup.tags_of(item))[member]

    def _is_tagged(self, lookup: Lookup, item: Item, inputs: Inputs, region: str) -> bool:
        """Whether it has the tags that were asked for, or none yet where they come after it."""
        if not lookup.tags:
            return True
        if lookup.tags in item or not lookup.tags.startswith("list_"):
            listed = item.get(lookup.tags) or ()
        else:
            listed = _tags(getattr(self._client(lookup.client, region), lookup.tags)(**lookup.tags_of(item)))
        found = {each.get("Key", each.get("TagKey")): each.get("Value", each.get("TagValue")) for each in listed}
        wanted = inputs.get("tags") or {}
        return wanted.items() <= found.items() or (lookup.untagged and not found)

    def _client(self, service: str, region: str) -> Any:
        if self._allowed:
            self._refuse_another(region)
        if (service, region) not in self._clients:
            local = {"aws_access_key_id": "local", "aws_secret_access_key": "local"} if self._endpoint else {}
            self._clients[service, region] = boto3.client(
                service,
                region_name=region or None,
                endpoint_url=self._endpoint,
                config=Config(retries={"total_max_attempts": _ATTEMPTS, "mode": "standard"}),
                **local,
            )
        return self._clients[service, region]

    def _refuse_another(self, region: str) -> None:
        """The provider refuses every other account than its own, and so do we: nothing would be there."""
        allowed, self._allowed = self._allowed, []
        answer = self._client("sts", region).get_caller_identity()
        if answer["Account"] not in allowed:
            raise FleetError(
                f"the credentials of this shell are for the AWS account {answer['Account']}, and the stack is in "
                f"{', '.join(allowed)}"
            )


def _unasked(operation: PendingOperation, error: Exception) -> FleetError:
    return FleetError(
        f"AWS cannot be asked whether {operation.urn.rpartition('::')[2]} ({operation.type}) was made before an "
        f"earlier run was stopped: {error}. Nothing was changed; when AWS answers, the same command goes on"
    )


def _endpoint(inputs: Mapping[str, Any]) -> str | None:
    """Of the AWS of this machine, where the provider's account is that or names an endpoint; None: AWS's own."""
    for each in _listed_in(inputs.get("endpoints")):
        if isinstance(each, Mapping) and each:
            return str(next(iter(each.values())))
    if LOCAL_ACCOUNT not in _listed_in(inputs.get("allowedAccountIds")):
        return None
    if (service := running_aws()) is None:
        raise FleetError("the local AWS does not run; start it with `python -m localcloud aws start`")
    return service.endpoint


def _listed_in(value: Any) -> list[Any]:
    """A list among a provider's inputs, which the SDK sends as JSON in a text."""
    found = json.loads(value) if isinstance(value, str) and value.startswith("[") else value
    return list(found) if isinstance(found, list | tuple) else []


def _tags(answer: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The list of tags in an answer, wherever the service has it."""
    return (
        next(iter(_search("ResourceTagSet.Tags || Tags || TagList || TagDescriptions[0].Tags | [@]", answer)), None)
        or ()
    )


def _search(expression: str, answer: Mapping[str, Any]) -> list[Any]:
    found = jmespath.search(expression, answer)
    return found if isinstance(found, list) else []
