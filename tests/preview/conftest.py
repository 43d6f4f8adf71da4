"""What the tests of previews share."""

from collections.abc import Iterator

import pulumi
import pytest
from pulumi.runtime import resource

from fleet.preview.offline_provider import OfflineProviders


@pytest.fixture(scope="session")
def providers() -> Iterator[OfflineProviders]:
    """The bundled providers, without a cluster."""
    with OfflineProviders() as made:
        yield made


@pytest.fixture(autouse=True)
def _sdk_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program makes the SDK lean for the rest of its process, which is not this one's."""
    monkeypatch.setattr(pulumi.log, "debug", pulumi.log.debug)
    monkeypatch.setattr(resource, "_get_stack_trace", resource._get_stack_trace)
