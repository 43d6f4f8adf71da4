"""Every mistake in the catalogue gets one clear line with file, line and what would be right (A1)."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from settings import CatalogueError, load_catalogue
from tests.unit.settings import (
    flips_of_bursts,
    flips_of_clusters,
    flips_of_egress,
    flips_of_meshes,
    flips_of_namespaces,
    flips_of_prices,
    flips_of_sandboxes,
    flips_of_tenants,
    flips_of_the_platform,
    flips_of_virtual,
    flips_of_workloads,
    flips_of_yaml,
    priced,
    small_catalogue,
)
from tests.unit.settings.flip import Flip

FLIPS = (
    *flips_of_yaml.FLIPS,
    *flips_of_tenants.FLIPS,
    *flips_of_workloads.FLIPS,
    *flips_of_the_platform.FLIPS,
    *flips_of_sandboxes.FLIPS,
    *flips_of_egress.FLIPS,
    *flips_of_namespaces.FLIPS,
    *flips_of_bursts.FLIPS,
    *flips_of_prices.FLIPS,
    *flips_of_virtual.FLIPS,
    *flips_of_clusters.FLIPS,
    *flips_of_meshes.FLIPS,
)


@pytest.mark.parametrize(
    "files",
    [
        small_catalogue.FILES,
        small_catalogue.WITH_SANDBOXES,
        small_catalogue.WITH_EGRESS,
        small_catalogue.WITH_NAMESPACES,
        priced.FILES,
        flips_of_bursts.WITH_BURST,
        small_catalogue.WITH_VIRTUAL,
        flips_of_clusters.TWO_CLUSTERS,
        flips_of_clusters.AT_AWS,
        flips_of_meshes.MESHED,
    ],
)
def test_the_good_twin_of_every_flip_is_right(tmp_path: Path, files: Mapping[str, str]) -> None:
    catalogue = load_catalogue(small_catalogue.write(tmp_path, files), "test")

    assert [tenant.id for tenant in catalogue.tenants] == ["acme", "big-corp"]


@pytest.mark.parametrize("flip", FLIPS, ids=lambda flip: flip.name.replace(" ", "-"))
def test_a_mistake_gets_its_line(tmp_path: Path, flip: Flip) -> None:
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(small_catalogue.write(tmp_path, flip.files()), "test")

    assert tuple(map(str, caught.value.problems)) == flip.expected


def test_the_table_names_each_mistake_once() -> None:
    names = [flip.name for flip in FLIPS]

    assert len(names) == len(set(names)) >= 60


def test_all_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    chosen = [flip for flip in FLIPS if flip.name in _INDEPENDENT]
    assert len(chosen) == len(_INDEPENDENT)
    files = dict(small_catalogue.FILES)
    for flip in chosen:
        assert flip.old is not None
        files[flip.file] = files[flip.file].replace(flip.old, flip.new)

    with pytest.raises(CatalogueError) as caught:
        load_catalogue(small_catalogue.write(tmp_path, files), "test")

    assert sorted(map(str, caught.value.problems)) == sorted(line for flip in chosen for line in flip.expected)


_INDEPENDENT = {
    "unknown tier",
    "image by tag",
    "negative CPU",
    "alert above all",
    "group twice",
    "unknown runtime",
    "override with an empty reason",
    "unknown lifecycle",
    "sessions as a word",
    "optional as a word",
    "domain without a dot",
    "too many shards",
    "unknown pool kind of a runtime",
    "two regions of one id",
}
"""Mistakes that move no line, one or more in every file."""


def test_a_key_given_twice_hides_no_other_mistake(tmp_path: Path) -> None:
    text = small_catalogue.ACME.replace("tier: solo", "tier: sole").replace("region: north\n", "region: north\nid: b\n")
    files = {**small_catalogue.FILES, "tenants/acme.yaml": text}

    with pytest.raises(CatalogueError) as caught:
        load_catalogue(small_catalogue.write(tmp_path, files), "test")

    assert [problem.line for problem in caught.value.problems] == [3, 5]


def test_a_file_that_is_not_utf8_says_where(tmp_path: Path) -> None:
    small_catalogue.write(tmp_path)
    (tmp_path / "tenants/acme.yaml").write_bytes(small_catalogue.ACME.replace("Acme", "Acm\xe9").encode("latin-1"))

    with pytest.raises(CatalogueError) as caught:
        load_catalogue(tmp_path, "test")

    assert str(caught.value) == "tenants/acme.yaml:2: byte 0xe9 is not UTF-8; allowed: UTF-8 text"


def test_a_file_too_large_is_not_parsed(tmp_path: Path) -> None:
    small_catalogue.write(tmp_path)
    (tmp_path / "tenants/acme.yaml").write_text(small_catalogue.ACME + "# much\n" * 50_000, encoding="utf-8")

    with pytest.raises(CatalogueError) as caught:
        load_catalogue(tmp_path, "test")

    assert "bytes; allowed: at most 262144 bytes" in str(caught.value)


def test_an_alias_bomb_is_refused_before_it_grows(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 100)]
    files = {**small_catalogue.FILES, "tenants/acme.yaml": "\n".join(lines)}

    with pytest.raises(CatalogueError) as caught:
        load_catalogue(small_catalogue.write(tmp_path, files), "test")

    assert str(caught.value) == "tenants/acme.yaml:1: anchor &a0 is used; allowed: the value written out"


@pytest.mark.parametrize("missing", ["tiers.yaml", "runtimes.yaml", "regions.yaml"])
def test_a_missing_file_is_one_mistake(tmp_path: Path, missing: str) -> None:
    small_catalogue.write(tmp_path)
    (tmp_path / missing).unlink()

    with pytest.raises(CatalogueError) as caught:
        load_catalogue(tmp_path, "test")

    expected = f"{missing}:1: cannot be read: No such file or directory; allowed: a readable YAML file"
    assert str(caught.value) == expected


def test_an_unknown_environment_lists_those_that_are(tmp_path: Path) -> None:
    small_catalogue.write(tmp_path)

    with pytest.raises(CatalogueError) as caught:
        load_catalogue(tmp_path, "tset")

    expected = "topology/tset.yaml:1: environment 'tset' has no topology (did you mean 'test'?); allowed: test"
    assert str(caught.value) == expected


@pytest.mark.parametrize("name", ["acme.yml", "acme.json", "Acme.YAML"])
def test_a_file_that_would_be_overlooked_is_a_mistake(tmp_path: Path, name: str) -> None:
    small_catalogue.write(tmp_path)
    (tmp_path / "tenants/README.md").write_text("allowed")
    (tmp_path / "tenants/.hidden").write_text("allowed")
    load_catalogue(tmp_path, "test")
    (tmp_path / "tenants" / name).write_text(small_catalogue.ACME)

    with pytest.raises(CatalogueError) as caught:
        load_catalogue(tmp_path, "test")

    expected = f"tenants/{name}:1: not a tenant's file; allowed: files named <id>.yaml, and README.md"
    assert str(caught.value) == expected
