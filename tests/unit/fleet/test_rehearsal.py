"""A tenant that could not be placed is refused before its writes are (H1)."""

from datetime import date
from pathlib import Path

import pytest

from fleet.relocation.catalogue_edit import place
from fleet.relocation.rehearsal import mistakes

CATALOGUE = Path(__file__).resolve().parents[3] / "catalog"
DAY = date(2026, 11, 22)


def tried(tenant: str, cluster: str) -> list[str]:
    return mistakes(
        CATALOGUE, "staging", DAY, lambda copy: place(copy / "tenants" / f"{tenant}.yaml", "staging", cluster)
    )


@pytest.mark.parametrize(
    ("tenant", "cluster", "wrong"),
    [
        ("acme-robotics", "enterprise-west", []),
        ("northwind-bank", "enterprise", ["cluster 'enterprise' is in eu-central-1, outside the tenant's residency"]),
        ("hedgehog-cli", "team", ["cluster of tier free 'team' is not known"]),
    ],
)
def test_it_tells_what_would_be_wrong_and_where_and_writes_nothing(tenant: str, cluster: str, wrong: list[str]) -> None:
    file = CATALOGUE / "tenants" / f"{tenant}.yaml"
    before = file.read_bytes()
    said = tried(tenant, cluster)
    assert len(said) == len(wrong)
    for line, words in zip(said, wrong, strict=True):
        assert line.startswith(f"tenants/{tenant}.yaml:")
        assert words in line
    assert file.read_bytes() == before
