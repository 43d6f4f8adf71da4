"""Nobody loses sight of data: what differs from the catalogue is refused, moved when asked, and kept when a tenant
leaves (F1, A7)."""

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from fleet import FleetError, data_commands  # noqa: F401  adds its commands
from fleet.cli import app
from fleet.data import read_records
from fleet.data.commands import _running
from fleet.data.dropping import drop_orphan
from fleet.data.guard import Findings, compare
from fleet.databases import _left
from fleet.run import Fleet
from fleet.stacks import stacks_of
from localcloud.controlplane.layout import Layout
from localcloud.controlplane.pki import ensure_pki
from localcloud.controlplane.postgres import NoPostgresError, end_database, start_database
from localcloud.controlplane.postgres.sql import Sessions, apply_steps, connect
from localcloud.paths import STATE_VARIABLE
from settings import load_catalogue
from settings.database import Model, TenantDatabase, platform_steps, tenant_steps
from settings.database.record import approval_recorded
from tests.data.conftest import LIMITS, Tenancy
from tests.data.moves import fill, rows_of
from tests.unit.settings import small_catalogue

pytestmark = pytest.mark.xdist_group("data")

ROOT = Path(__file__).parents[2]
TOPOLOGY = small_catalogue.TOPOLOGY.replace("shards: 4", "databases: local")
DRIVEN_BY = {"TERM": "dumb", "COLUMNS": "300"}


@dataclass(frozen=True)
class Platform:
    """A project with a catalogue, and the server of its cluster."""

    root: Path
    tenancy: Tenancy

    def write(self, files: Mapping[str, str] | None = None) -> None:
        """Write the catalogue anew, with these files changed; a text of nothing leaves one out."""
        for file in (self.root / "catalog" / "tenants").glob("*.yaml"):
            file.unlink()
        wanted = {**small_catalogue.FILES, "topology/test.yaml": TOPOLOGY, **(files or {})}
        small_catalogue.write(self.root / "catalog", {name: text for name, text in wanted.items() if text})

    def compare(self) -> Findings:
        catalogue = load_catalogue(self.root / "catalog", "test")
        return compare(catalogue, self.root / "catalog", stacks_of(catalogue, self.root))

    def problems(self) -> list[str]:
        return [each.problem for each in self.compare().misplaced]

    def run(self, *arguments: str, expect: int = 0) -> str:
        """What the command says, on one line."""
        done: Result = CliRunner().invoke(app, [*arguments, "--project", str(self.root)], env=DRIVEN_BY)
        said = done.output + (f"error: {done.exception}" if isinstance(done.exception, FleetError) else "")
        assert done.exit_code == expect, (said, done.exception)
        return " ".join(said.split())


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    root = tmp_path_factory.mktemp("whereabouts")
    state = root / "state"
    layout = Layout("main", state)
    layout.directory.mkdir(parents=True, mode=0o700)
    ensure_pki(layout)
    (root / "Pulumi.yaml").write_text("name: tenantplane\nruntime: python\n")
    (root / "Pulumi.test.yaml").write_text("config:\n  tenantplane:environment: test\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(STATE_VARIABLE, str(state))
        try:
            server = start_database(layout)
        except NoPostgresError as error:
            pytest.skip(str(error))
        try:
            apply_steps(server, platform_steps())
            yield Platform(root, Tenancy(server))
        finally:
            end_database(layout)


@pytest.fixture
def platform(started: Platform) -> Iterator[Platform]:
    """With the tenants of the small catalogue as they are after `up`, and afterwards with nothing."""
    started.write()
    yield started
    for tenant in read_records(started.tenancy.server):
        with Sessions(started.tenancy.server) as sessions:
            _left(sessions, set(), "test")
        started.run("data", "test", "--drop", tenant, "--confirm", tenant)


@pytest.fixture
def acme(platform: Platform) -> TenantDatabase:
    made = platform.tenancy.add("acme", "hybrid")
    fill(platform.tenancy, made)
    return made


@pytest.fixture
def big(platform: Platform) -> TenantDatabase:
    made = platform.tenancy.add("big-corp", "schema")
    fill(platform.tenancy, made)
    return made


ACME, BIG = small_catalogue.ACME, small_catalogue.BIG_CORP
OTHER_MODEL = ACME.replace("region: north\n", "region: north\ndata_isolation: schema\n", 1)


def test_what_is_in_its_place_is_let_through(platform: Platform, acme: TenantDatabase, big: TenantDatabase) -> None:
    assert platform.compare() == Findings()


def test_another_model_in_the_tenants_file(platform: Platform, acme: TenantDatabase) -> None:
    platform.write({"tenants/acme.yaml": OTHER_MODEL})
    assert platform.problems() == [
        "tenants/acme.yaml:5: data_isolation is 'schema', and the data of 'acme' is in model 'hybrid'; allowed: move "
        "it with `python -m fleet migrate-data test acme` (or all that differ with `python -m fleet up test "
        "--migrate-data`), or leave it where it is: write `data_isolation: hybrid` there"
    ]


def test_another_tier_and_both_ways_out(platform: Platform, big: TenantDatabase) -> None:
    changed = BIG.replace("tier: large", "tier: solo").replace("isolation: dedicated-pool\n", "")
    changed = changed.replace("quota:\n  reason: Agreed in the contract of May\n", "").replace(
        "  ceiling: {cpu: 10, memory: 16Gi}\n", ""
    )
    topology = TOPOLOGY[: TOPOLOGY.index("      - name: big-own")]
    changed = changed.replace("kind: agent-sessions", "kind: homework-correction").replace("    runtime: gvisor\n", "")
    files = {
        "tenants/big-corp.yaml": changed.replace("min: 2, max: 9", "min: 1, max: 1"),
        "topology/test.yaml": topology,
    }
    platform.write(files)
    (problem,) = platform.problems()
    assert problem.startswith(
        "tenants/big-corp.yaml:3: tier 'solo' has data_isolation 'hybrid', and the data of 'big-corp' is in model "
        "'schema'; allowed: move it with `python -m fleet migrate-data test big-corp` "
    )
    assert problem.endswith("add `data_isolation: schema` to tenants/big-corp.yaml, and the tier is whatever you like")
    # One way out: the new tier, the old model.
    pinned = files["tenants/big-corp.yaml"].replace("region: south\n", "region: south\ndata_isolation: schema\n", 1)
    platform.write({**files, "tenants/big-corp.yaml": pinned})
    assert platform.problems() == []
    # The other: it moves.
    platform.write(files)
    assert "its data is in model hybrid" in platform.run("migrate-data", "test", "big-corp")
    assert platform.problems() == []


def test_another_default_of_the_tier_concerns_every_tenant_of_it(
    platform: Platform, acme: TenantDatabase, big: TenantDatabase
) -> None:
    line = small_catalogue.TIERS[: small_catalogue.TIERS.index("data_isolation: schema")].count("\n") + 1
    tiers = small_catalogue.TIERS.replace("data_isolation: schema", "data_isolation: database")
    platform.write({"tiers.yaml": tiers})
    (problem,) = platform.problems()  # acme is of the other tier
    assert f"tier 'large' has data_isolation 'database' (tiers.yaml:{line})" in problem
    for verb in ("preview", "up"):
        said = platform.run(verb, "test", expect=1)
        assert "the data of 1 tenant is not where the catalogue wants it (F1); nothing was changed" in said
    assert rows_of(platform.tenancy, big)["session"]


def test_nothing_is_made_and_told_where_no_server_runs(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(STATE_VARIABLE, str(platform.root / "elsewhere"))
    found = platform.compare()
    assert not found.misplaced
    assert "no PostgreSQL runs beside cluster 'main'" in found.unknown[0]
    for command in (("migrate-data", "test", "acme"), ("data", "test")):
        assert "start it with: python -m localcloud start main" in platform.run(*command, expect=1)


def test_a_server_from_before_there_was_a_record(platform: Platform, acme: TenantDatabase) -> None:
    with platform.tenancy.admin("tenantplane") as admin:
        admin.execute("DELETE FROM platform.tenant")
    assert platform.problems() == []  # all of it fits what the catalogue wants
    platform.write({"tenants/acme.yaml": OTHER_MODEL})
    assert "is in model 'hybrid'" in platform.problems()[0]
    before = rows_of(platform.tenancy, acme)
    platform.run("migrate-data", "test", "acme")
    assert rows_of(platform.tenancy, TenantDatabase(tenant="acme", model="schema", limits=LIMITS)) == before


def test_two_homes_of_a_tenant_without_record_are_told(platform: Platform, acme: TenantDatabase) -> None:
    """What changing the model left behind before."""
    apply_steps(platform.tenancy.server, tenant_steps(TenantDatabase(tenant="acme", model="schema", limits=LIMITS)))
    with platform.tenancy.admin("tenantplane") as admin:
        admin.execute("DELETE FROM platform.tenant")
        admin.execute("INSERT INTO tenant_acme.session (repository) VALUES ('the second')")
    try:
        for command in (("preview", "test"), ("migrate-data", "test", "acme")):
            said = platform.run(*command, expect=1)
            assert "tenant 'acme' has rows in more than one home" in said
            assert "tenantplane: tenant_acme.session: 1 rows" in said
    finally:
        with platform.tenancy.admin("tenantplane") as admin:
            admin.execute("DROP SCHEMA tenant_acme CASCADE")
            admin.execute("INSERT INTO platform.tenant (tenant, model) VALUES ('acme', 'hybrid')")


def test_a_move_and_back_and_the_end_of_the_former_home(platform: Platform, acme: TenantDatabase) -> None:
    before = rows_of(platform.tenancy, acme)
    platform.write({"tenants/acme.yaml": OTHER_MODEL})
    planned = platform.run("migrate-data", "test", "acme", "--dry-run")
    assert "copy tenant_acme: tenant_acme.interaction to tenantplane: tenant_acme.interaction: 3 rows" in planned
    assert "is in model 'hybrid'" in platform.problems()[0]  # nothing was done
    said = platform.run("migrate-data", "test", "acme")
    assert "its data is in model schema; each table was the same on both sides" in said
    assert platform.problems() == []
    assert "nothing to do" in platform.run("migrate-data", "test", "acme")
    assert "former: acme; drop former homes with: python -m fleet migrate-data test TENANT --drop-old" in platform.run(
        "data", "test"
    )

    said = platform.run("migrate-data", "test", "acme", "--back")
    assert "its data is back in model hybrid" in said
    assert "next: write `data_isolation: hybrid` in tenants/acme.yaml: the catalogue still wants schema" in said
    assert rows_of(platform.tenancy, acme) == before
    assert "is in model 'hybrid'" in platform.problems()[0]

    platform.run("migrate-data", "test", "acme")
    assert "say so with --confirm acme" in platform.run("migrate-data", "test", "acme", "--drop-old", expect=1)
    wrong = platform.run("migrate-data", "test", "acme", "--drop-old", "--confirm", "big-corp", expect=1)
    assert "'big-corp' is not 'acme'; nothing was dropped" in wrong
    with platform.tenancy.admin() as admin:
        assert admin.execute("SELECT FROM pg_database WHERE datname = 'tenant_acme'").fetchone() is not None
    dropped = platform.run("migrate-data", "test", "acme", "--drop-old", "--confirm", "acme")
    assert "dropped database tenant_acme" in dropped
    assert "dropped tenantplane: shared.session (rows of acme)" in dropped
    assert rows_of(platform.tenancy, TenantDatabase(tenant="acme", model="schema", limits=LIMITS)) == before
    with platform.tenancy.admin() as admin:
        assert admin.execute("SELECT FROM pg_database WHERE datname = 'tenant_acme'").fetchone() is None
    assert "has no former home; nothing to do" in platform.run("migrate-data", "test", "acme", "--drop-old")


def test_a_former_home_with_something_of_somebody_elses_is_not_dropped(
    platform: Platform, acme: TenantDatabase
) -> None:
    platform.write({"tenants/acme.yaml": OTHER_MODEL})
    platform.run("migrate-data", "test", "acme")
    with platform.tenancy.admin("tenant_acme") as admin:
        admin.execute("CREATE TABLE tenant_acme.notes AS SELECT 'of an engineer' AS text")
    said = platform.run("migrate-data", "test", "acme", "--drop-old", "--confirm", "acme", expect=1)
    assert "database tenant_acme also holds what is not ours (tenant_acme.notes)" in said
    with platform.tenancy.admin("tenant_acme") as admin:
        admin.execute("DROP TABLE tenant_acme.notes")


@pytest.mark.parametrize("model", ["hybrid", "schema", "database", "shared"])
def test_who_leaves_leaves_its_data_until_somebody_drops_it(platform: Platform, model: Model) -> None:
    tenancy = platform.tenancy
    acme, other = tenancy.add("acme", model), tenancy.add("big-corp", model)
    fill(tenancy, acme)
    fill(tenancy, other)
    kept = rows_of(tenancy, other)
    said = platform.run("data", "test", "--drop", "acme", "--confirm", "acme", expect=1)
    assert "tenant 'acme' has not been off-boarded" in said
    with pytest.raises(FleetError, match="tenant 'acme' has not been off-boarded, so its data is not dropped"):
        drop_orphan(tenancy.server, "acme")
    approval = {"approved_by": "ops@tenantplane.example", "final_snapshot": "snap-acme", "reason": "it ends"}
    apply_steps(tenancy.server, [approval_recorded("acme", json.dumps(approval))])
    platform.write({"tenants/acme.yaml": "", "tenants/big-corp.yaml": BIG + f"data_isolation: {model}\n"})
    with Sessions(tenancy.server) as sessions:
        (note,) = _left(sessions, {"big-corp"}, "test")
        assert "tenant 'acme' has left and its data is kept" in note
        assert _left(sessions, {"big-corp"}, "test") == []  # told once
    listed = platform.run("data", "test")
    assert "orphaned: acme; drop the data of who has left with: python -m fleet data test --drop TENANT" in listed
    assert sum(map(len, rows_of(tenancy, acme).values())) == 5

    # Somebody of the same name does not get it by mistake, and gets it on purpose.
    platform.write({"tenants/big-corp.yaml": BIG + f"data_isolation: {model}\n"})
    (problem,) = platform.problems()
    assert "a tenant 'acme' was off-boarded and its data is kept since" in problem
    assert "nothing was changed" in platform.run("up", "test", "--migrate-data", expect=1)
    platform.run("data", "test", "--give-back", "acme")
    assert not [each for each in platform.problems() if "off-boarded" in each]
    with Sessions(tenancy.server) as sessions:
        _left(sessions, {"big-corp"}, "test")

    assert "say so with --confirm acme" in platform.run("data", "test", "--drop", "acme", expect=1)
    dropped = platform.run("data", "test", "--drop", "acme", "--confirm", "acme")
    assert "dropped the roles of acme" in dropped
    assert "acme" not in read_records(tenancy.server)
    assert rows_of(tenancy, other) == kept
    with tenancy.admin() as admin:
        assert admin.execute("SELECT FROM pg_roles WHERE rolname LIKE 'tenant_acme%'").fetchall() == []
        assert admin.execute("SELECT FROM pg_database WHERE datname LIKE 'tenant_acme%'").fetchall() == []
    with tenancy.admin("tenantplane") as admin:
        assert admin.execute("SELECT FROM pg_namespace WHERE nspname LIKE 'tenant_acme%'").fetchall() == []
        assert admin.execute("SELECT FROM shared.session WHERE tenant_id = 'acme'").fetchall() == []
        told = [str(what) for (what,) in admin.execute("SELECT what FROM platform.history WHERE tenant = 'acme'")]
    assert any("final snapshot" in what for what in told)
    again = tenancy.add("acme", model)  # a new one of the name begins with nothing
    assert not any(rows_of(tenancy, again).values())


def test_up_moves_all_that_differ_when_asked(platform: Platform, acme: TenantDatabase, big: TenantDatabase) -> None:
    rows = {each.tenant: rows_of(platform.tenancy, each) for each in (acme, big)}
    platform.write({"tenants/acme.yaml": OTHER_MODEL, "tenants/big-corp.yaml": BIG + "data_isolation: shared\n"})
    fleet = Fleet(platform.root, load_catalogue(platform.root / "catalog", "test"))
    said = Console(file=io.StringIO(), width=300)
    with pytest.raises(FleetError, match="the data of 2 tenants is not where"):
        fleet.refuse_misplaced(fleet.stacks, said, migrate=False)
    fleet.refuse_misplaced(fleet.stacks, said, migrate=True)
    assert platform.problems() == []
    assert rows_of(platform.tenancy, replace(acme, model="schema")) == rows["acme"]
    assert rows_of(platform.tenancy, replace(big, model="shared")) == rows["big-corp"]


def test_wrong_usage_is_said(platform: Platform) -> None:
    assert "one at a time" in platform.run("migrate-data", "test", "acme", "--back", "--dry-run", expect=2)
    assert "--confirm goes with" in platform.run("migrate-data", "test", "acme", "--confirm", "acme", expect=2)
    assert "one at a time" in platform.run("data", "test", "--drop", "a", "--give-back", "a", expect=2)
    assert "is not in the catalogue" in platform.run("migrate-data", "test", "nobody", expect=1)
    assert "no server of 'test' has data of a tenant 'nobody'" in platform.run(
        "data", "test", "--drop", "nobody", expect=1
    )


def test_a_process_killed_in_the_middle_of_a_copy(platform: Platform, big: TenantDatabase) -> None:
    """SIGKILL to the real command, while rows are on their way; the same command then ends it."""
    tenancy = platform.tenancy
    with tenancy.admin("tenantplane") as admin:
        admin.execute(
            "INSERT INTO tenant_big_corp.interaction SELECT id, g, 'user', repeat(md5(g::text), 8) "
            "FROM tenant_big_corp.session, generate_series(100, 40000) g"
        )
    before = rows_of(tenancy, big)
    platform.write({"tenants/big-corp.yaml": BIG + "data_isolation: database\n"})
    command = [sys.executable, "-u", "-m", "fleet", "migrate-data", "test", "big-corp", "--project", str(platform.root)]
    environment = {**os.environ, **DRIVEN_BY, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as moving:
        assert moving.stdout is not None
        for line in moving.stdout:
            if "copying" in line and "interaction" in line:
                break
        moving.send_signal(signal.SIGKILL)
    assert moving.returncode == -signal.SIGKILL
    record = read_records(tenancy.server)["big-corp"]
    assert record.model == "schema"
    assert record.step in ("frozen", "copied", "verified")
    assert rows_of(tenancy, big) == before
    with tenancy.session(big) as session, pytest.raises(psycopg.Error, match="permission denied"):
        session.execute("INSERT INTO session (repository) VALUES ('meanwhile')")
    (problem,) = platform.problems()
    assert f"a move of its data to model 'database' was stopped after step '{record.step}'" in problem
    said = platform.run("migrate-data", "test", "big-corp")
    assert f"going on after step '{record.step}'" in said
    there = TenantDatabase(tenant="big-corp", model="database", limits=LIMITS)
    assert rows_of(tenancy, there) == before
    with connect(tenancy.server, "tenant_big_corp", there.current_login, tenancy.passwords["big-corp"]) as session:
        session.execute("INSERT INTO session (repository) VALUES ('afterwards')")


def test_a_server_that_the_command_does_not_reach_is_said(platform: Platform) -> None:
    catalogue = load_catalogue(platform.root / "catalog", "test")
    with pytest.raises(FleetError, match="are on cloudnative-pg, which this command does not reach"):
        _running(catalogue, catalogue.topology.clusters[0].model_copy(update={"databases": "cloudnative-pg"}))


def test_what_no_record_knows_is_listed_and_left_alone(platform: Platform, acme: TenantDatabase) -> None:
    with platform.tenancy.admin() as admin:
        admin.execute("CREATE DATABASE tenant_stray TEMPLATE template0")
    try:
        listed = platform.run("data", "test")
        assert "stray unknown database tenant_stray" in listed
        assert "unknown: stray;" in listed
        assert "acme hybrid home tenant_acme: tenant_acme.interaction 3 " in listed
        assert "has data of a tenant 'stray'" in platform.run("data", "test", "--drop", "stray", expect=1)
    finally:
        with platform.tenancy.admin() as admin:
            admin.execute("DROP DATABASE tenant_stray")
