"""`fleet cost`: what a person reads, and what a program does (G6)."""

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from fleet import FleetError
from fleet.cli import app
from fleet.cost import cost_data, cost_json, print_cost
from settings import Catalogue, load_catalogue
from settings.cost import stack_cost
from settings.dates import VARIABLE
from tests.unit.settings import priced, small_catalogue
from tests.unit.settings.flips_of_bursts import WITH_BURST
from tests.unit.settings.test_catalogue import CATALOG


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return load_catalogue(small_catalogue.write(tmp_path_factory.mktemp("priced"), priced.FILES), "test")


def printed(catalogue: Catalogue, tenant: str | None = None) -> list[str]:
    text = io.StringIO()
    print_cost(Console(file=text, width=200, highlight=False, markup=False), catalogue, tenant)
    return [" ".join(line.split()) for line in text.getvalue().splitlines() if line.strip()]


def amount(line: str, column: int) -> float:
    return float(line.split()[column].replace(",", ""))


def test_the_printed_parts_add_up_to_the_printed_price(small: Catalogue) -> None:
    lines = {line.rsplit(" ", 2)[0]: line for line in printed(small)}
    parts = [amount(lines[name], -2) for name in ("tenants' own parts", "platform", "idle")]
    assert round(sum(parts), 2) == amount(lines["price of the stack"], -2)


def test_the_bill_of_one_tenant_adds_up_and_is_held_against_its_budget(small: Catalogue) -> None:
    lines = printed(small, "acme")
    total = next(index for index, line in enumerate(lines) if line.startswith("total"))
    assert round(sum(amount(line, -2) for line in lines[1:total]), 2) == amount(lines[total], -2)
    assert lines[total + 1].startswith("budget 100.00 ")


def test_the_figures_say_where_they_are_from(small: Catalogue) -> None:
    lines = printed(small)
    assert "Prices of north, 2026-01-31, USD, 730 hours a month." in lines
    assert "Examples, to be replaced in prices.yaml: spot." in lines
    dev = printed(load_catalogue(CATALOG, "dev"))
    assert "Unpriced, counted as 0: pool general of cluster shared names no instance_type." in dev
    assert any(line.startswith("The table is of us-east-1; clusters are in eu-central-1") for line in dev)


def test_json_holds_the_same_and_adds_up_to_the_cent() -> None:
    bill = stack_cost(load_catalogue(CATALOG, "local"))
    data = cost_data(bill)
    monthly = [each["own"]["monthly"] for each in data["tenants"]]
    monthly += [each["monthly"] for part in ("platform", "idle") for each in data[part]]
    assert round(sum(monthly), 2) == data["price"]["monthly"]
    assert data["price"]["monthly"] == pytest.approx(float(bill.price) * 730, abs=0.01)
    for each in data["tenants"]:
        both = each["own"]["monthly"] + each["platform_share"]["monthly"]
        assert each["total"]["monthly"] == pytest.approx(both, abs=0.02)


def test_json_of_one_tenant_is_of_that_tenant_alone(small: Catalogue) -> None:
    assert [each["tenant"] for each in json.loads(cost_json(small, "acme"))["tenants"]] == ["acme"]


def test_a_tenant_nobody_knows_and_a_missing_table_are_one_clear_error(small: Catalogue) -> None:
    with pytest.raises(FleetError, match="tenant 'acne' is not in the catalogue of 'test'; allowed: acme, big-corp"):
        printed(small, "acne")
    with pytest.raises(FleetError, match=r"the catalogue has no prices\.yaml"):
        printed(replace(small, prices=None))


def test_a_burst_that_is_over_is_said_and_not_charged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    small_catalogue.write(tmp_path / "catalog", {**WITH_BURST, "prices.yaml": priced.PRICES})
    arguments = ["cost", "test", "--format", "json", "--project", str(tmp_path)]
    monkeypatch.setenv(VARIABLE, "2026-06-30")
    during = CliRunner().invoke(app, arguments)
    monkeypatch.setenv(VARIABLE, "2026-07-01")
    after = CliRunner().invoke(app, arguments)
    assert during.stderr == ""
    assert after.stderr.startswith("note: the burst of big-corp ended with 2026-06-30")
    assert json.loads(during.stdout)["price"] == json.loads(after.stdout)["price"]  # the nodes are there all the same
    monkeypatch.setenv(VARIABLE, "soon")
    assert "TENANTPLANE_TODAY is 'soon'" in str(CliRunner().invoke(app, arguments).exception)


def test_the_command_needs_no_cluster_and_no_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("TENANTPLANE_STATE", str(tmp_path))
    done = CliRunner().invoke(app, ["cost", "local", "--format", "opencost"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["local"]["provider"] == "custom"
    assert CliRunner().invoke(app, ["cost", "local", "--format", "xml"]).exit_code == 2
