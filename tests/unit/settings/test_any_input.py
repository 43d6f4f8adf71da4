"""Whatever stands in a file, the loader gives a catalogue or lines about it, and never breaks (A1)."""

import contextlib
import copy
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from settings import CatalogueError, load_catalogue, plan_tenants
from settings.yaml_source import parse
from tests.unit.settings import small_catalogue
from tests.unit.settings.small_catalogue import WITH_SANDBOXES

LINE = re.compile(r"[a-z/.\-]+:[0-9]+: [^\n]+")

anything: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["solo", "acme", "main", "north", "gvisor", "runc", "active", "namespace", "10Gi", "-1", "two"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)


def places(data: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The path of every value of a file."""
    found = [path]
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in pairs:
        found += places(value, (*path, key))
    return found


PLACES = [(file, path) for file, text in WITH_SANDBOXES.items() for path in places(yaml.safe_load(text))]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_catalogue.write(tmp_path_factory.mktemp("catalogue"), WITH_SANDBOXES)


@given(place=st.sampled_from(PLACES), value=anything)
@example(place=("tenants/acme.yaml", ("region",)), value="\n")
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_value_anywhere_is_taken_or_told(root: Path, place: tuple[str, tuple[str | int, ...]], value: Any) -> None:
    file, path = place
    data = yaml.safe_load(WITH_SANDBOXES[file])
    if path:
        holder = data
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = copy.deepcopy(value)
    else:
        data = value
    small_catalogue.write(root, WITH_SANDBOXES)
    (root / file).write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")

    try:
        catalogue = load_catalogue(root, "test")
    except CatalogueError as error:
        told = list(map(str, error.problems))
    else:
        told = []
        for plan in plan_tenants(catalogue):
            plan.quota.hard()

    assert all(LINE.fullmatch(line) for line in told), told


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@example(b"\xef\xbb\xbfa: 1")
@example(b"a: &a [*a]")
@example(b"%YAML 9.9\n---\na: 1")
@example(b"\xed\xa0\x80")
@example("a: \u2028b".encode())
def test_any_bytes_are_a_document_or_a_line(raw: bytes) -> None:
    document, problems = parse(raw, "any.yaml")

    assert document is not None or problems
    assert all("\n" not in str(problem) for problem in problems)


@given(st.dictionaries(st.text("abcxyz_", min_size=1, max_size=5), st.integers() | st.text("abc -:#'\"", max_size=9)))
def test_plain_data_is_read_as_it_was_written(data: dict[str, Any]) -> None:
    document, problems = parse(yaml.safe_dump(data).encode(), "any.yaml")

    if data and all(abs(value) < 10**18 for value in data.values() if isinstance(value, int)):
        assert problems == []
        assert document is not None
        assert document.data == data


def test_yaml_is_read_as_its_second_version_says() -> None:
    document, _ = parse(b"[no, yes, on, 010, 0x10, 1_0, 20:30, .inf, 1e3, true, null, ~, '1', 1.5]", "any.yaml")

    assert document is not None
    assert document.data == [
        "no", "yes", "on", 10, "0x10", "1_0", "20:30", ".inf", 1000.0, True, None, None, "1", 1.5,
    ]  # fmt: skip


def test_every_value_knows_its_line() -> None:
    document, _ = parse(b"a:\n  b:\n    - c: 1\n      d:\n        2\n    - e\n", "any.yaml")

    assert document is not None
    lines = {path: document.line(path) for path in [("a",), ("a", "b"), ("a", "b", 0, "d"), ("a", "b", 1)]}
    assert lines == {("a",): 1, ("a", "b"): 2, ("a", "b", 0, "d"): 4, ("a", "b", 1): 6}
    assert document.line(("a", "b", 0, "missing")) == 3
    with contextlib.suppress(KeyError):
        assert document.get("a", "b", 0, "missing") is None
