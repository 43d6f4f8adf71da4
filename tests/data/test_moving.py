"""A tenant's data moves between all models, whatever happens to the process that moves it (F1)."""

import itertools
import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest

from fleet.data import MoveError, read_records
from fleet.data.dropping import drop_former
from fleet.data.records import records_in
from fleet.errors import FleetError
from localcloud.controlplane.postgres.sql import Sessions, connect
from settings.database import MODELS, Model, TenantDatabase
from settings.database.moving import moved
from tests.data.conftest import Tenancy
from tests.data.moves import BOUNDARIES, Killed, fill, mover, rows_in, rows_of, stopping_at
from tests.polling import until

# ruff: noqa: S608  names of our own

pytestmark = pytest.mark.xdist_group("data")

PAIRS = list(itertools.permutations(MODELS, 2))


@pytest.fixture(scope="module")
def neighbour(tenancy: Tenancy) -> dict[Model, TenantDatabase]:
    """Tenant B in every model, with rows that nobody may touch."""
    made = {model: tenancy.add(f"neighbour-{model}", model) for model in MODELS}
    for each in made.values():
        fill(tenancy, each, ["not yours"])
    return made


@pytest.fixture(scope="module")
def sessions(tenancy: Tenancy) -> Iterator[Sessions]:
    """To look with."""
    with Sessions(tenancy.server) as made:
        yield made


def works(tenancy: Tenancy, tenant: TenantDatabase) -> None:
    """The tenant writes, reads and deletes in its home; what refers to a row beside it must have it."""
    password = tenancy.passwords[tenant.tenant]
    key = uuid.uuid4()
    together = len({place.kind for place in tenant.places}) == 1
    for place in tenant.places:
        with connect(tenancy.server, place.database, tenant.current_login, password) as session:
            if place.table.name == "session":
                session.execute("INSERT INTO session (id, repository) VALUES (%s, 'new')", (key,))
            else:
                insert = "INSERT INTO interaction (session_id, ordinal, speaker, body) VALUES (%s, 0, 'user', 'new')"
                session.execute(insert, (key,))
                if together:
                    with pytest.raises(psycopg.errors.ForeignKeyViolation):
                        session.execute(insert, (uuid.uuid4(),))
                session.execute("DELETE FROM interaction WHERE session_id = %s", (key,))
    place = tenant.places[0]
    with connect(tenancy.server, place.database, tenant.current_login, password) as session:
        session.execute("DELETE FROM session WHERE id = %s", (key,))


def closed(tenancy: Tenancy, tenant: TenantDatabase, model: Model) -> None:
    """The tenant may not even read where its data was."""
    for move in moved(tenant.tenant, model, tenant.model):
        with pytest.raises(psycopg.Error, match="permission denied"):
            connect(
                tenancy.server, move.source.database, tenant.current_login, tenancy.passwords[tenant.tenant]
            ).execute(f"SELECT FROM {move.source.named}")


@pytest.mark.parametrize(("former", "model"), PAIRS)
def test_every_pair_killed_at_every_step(
    tenancy: Tenancy, sessions: Sessions, neighbour: dict[Model, TenantDatabase], former: Model, model: Model
) -> None:
    tenant = tenancy.add(f"pair-{former}-{model}", former)
    fill(tenancy, tenant)
    before = rows_in(sessions, tenant)
    others = {each: rows_in(sessions, neighbour[each]) for each in MODELS}
    assert sum(map(len, before.values())) == 5
    reached = []
    for boundary in BOUNDARIES:
        with pytest.raises(Killed):
            mover(tenancy, tenant, model, stopping_at(boundary))[0].run()
        record = records_in(sessions.to("tenantplane"))[tenant.tenant]
        reached.append(record.step)
        # Whatever the record says is where all of it is.
        assert rows_in(sessions, replace(tenant, model=record.model)) == before, boundary
    assert reached == [
        None, "begun", "prepared", "frozen", "frozen", "copied", "verified", "switched", "switched"
    ]  # fmt: skip
    assert mover(tenancy, tenant, model)[0].run()
    there = replace(tenant, model=model)
    assert rows_in(sessions, there) == before
    assert {each: rows_in(sessions, neighbour[each]) for each in MODELS} == others
    works(tenancy, there)
    closed(tenancy, there, former)
    assert not mover(tenancy, tenant, model)[0].run()  # a second time there is nothing to do
    assert rows_in(sessions, there) == before

    # And back, over what is left there.
    with connect(
        tenancy.server, there.places[0].database, there.current_login, tenancy.passwords[there.tenant]
    ) as session:
        session.execute("UPDATE session SET status = 'newer'")
    newer = rows_in(sessions, there)
    assert newer != before
    mover(tenancy, there, former)[0].run()
    assert rows_in(sessions, tenant) == newer
    works(tenancy, tenant)
    closed(tenancy, tenant, model)
    assert {each: rows_in(sessions, neighbour[each]) for each in MODELS} == others


@pytest.mark.parametrize(("former", "model"), [("shared", "hybrid"), ("hybrid", "database")])
def test_a_move_is_given_up_at_every_step_before_the_switch(tenancy: Tenancy, former: Model, model: Model) -> None:
    tenant = tenancy.add(f"back-{former}-{model}", former)
    fill(tenancy, tenant)
    before = rows_of(tenancy, tenant)
    with pytest.raises(MoveError, match=r"no move of .* is under way"):
        mover(tenancy, tenant, model)[0].give_up()
    for boundary in BOUNDARIES[1:7]:
        with pytest.raises(Killed):
            mover(tenancy, tenant, model, stopping_at(boundary))[0].run()
        mover(tenancy, tenant, model)[0].give_up()
        assert rows_of(tenancy, tenant) == before
        works(tenancy, tenant)
        record = read_records(tenancy.server)[tenant.tenant]
        assert (record.model, record.moving_to) == (former, None)
        assert not any(rows for table, rows in rows_of_targets(tenancy, tenant, model).items()), boundary
    mover(tenancy, tenant, model)[0].run()
    assert rows_of(tenancy, replace(tenant, model=model)) == before


def rows_of_targets(tenancy: Tenancy, tenant: TenantDatabase, model: Model) -> dict[str, int]:
    """Number of rows where a move to a model makes copies, as far as those places are there."""
    made: dict[str, int] = {}
    for move in moved(tenant.tenant, tenant.model, model):
        mine = f"WHERE tenant_id = '{tenant.tenant}'" if move.target.kind == "shared" else ""
        try:
            with tenancy.admin(move.target.database) as admin:
                (count,) = admin.execute(f"SELECT count(*) FROM {move.target.named} {mine}").fetchone() or (0,)
        except psycopg.errors.UndefinedTable:
            continue
        except psycopg.OperationalError:  # there is no such database
            continue
        made[str(move.target)] = count
    return made


def test_another_model_is_wanted_than_the_one_it_was_moving_to(tenancy: Tenancy) -> None:
    tenant = tenancy.add("changed-mind", "shared")
    fill(tenancy, tenant)
    before = rows_of(tenancy, tenant)
    with pytest.raises(Killed):
        mover(tenancy, tenant, "schema", stopping_at("verified"))[0].run()
    moving, said = mover(tenancy, tenant, "database")
    assert moving.run()
    assert any("giving up the move to schema" in line for line in said)
    assert rows_of(tenancy, replace(tenant, model="database")) == before
    with pytest.raises(Killed):
        mover(tenancy, tenant, "schema", stopping_at("opened"))[0].run()
    assert mover(tenancy, tenant, "hybrid")[0].run()  # the one that had switched is ended first
    assert rows_of(tenancy, replace(tenant, model="hybrid")) == before


def test_the_plan_says_what_a_move_would_do_and_does_nothing(tenancy: Tenancy) -> None:
    tenant = tenancy.add("planned", "shared")
    fill(tenancy, tenant)
    moving = mover(tenancy, tenant, "hybrid")[0]
    assert moving.plan() == [
        "copy tenantplane: shared.interaction (rows of planned) to tenant_planned: tenant_planned.interaction: 3 rows",
        "writes are refused from the copy's beginning to the switch; reads go on until the switch",
    ]
    assert read_records(tenancy.server)["planned"].moving_to is None
    with tenancy.admin() as admin:
        assert admin.execute("SELECT FROM pg_database WHERE datname = 'tenant_planned'").fetchone() is None
    with pytest.raises(Killed):
        mover(tenancy, tenant, "hybrid", stopping_at("verified"))[0].run()
    assert "stopped after step 'copied': it goes on from there" in moving.plan()[0]
    moving.run()
    assert moving.plan() == []


CORRUPTIONS: dict[str, str] = {
    "changed": "UPDATE {t} SET body = body || ' ' WHERE ordinal = 1",
    "swapped": "UPDATE {t} SET body = CASE ordinal WHEN 0 THEN 'wörld 🚀' ELSE 'hello' END WHERE ordinal < 2",
    "lost": "DELETE FROM {t} WHERE ordinal = 0",
    "one more": "INSERT INTO {t} SELECT session_id, 99, speaker, body, said_at FROM {t} WHERE ordinal = 0",
    "a microsecond": "UPDATE {t} SET said_at = said_at + interval '1 microsecond' WHERE ordinal = 2",
}


@pytest.mark.parametrize("corruption", CORRUPTIONS)
def test_a_copy_that_differs_is_never_switched_to(tenancy: Tenancy, corruption: str) -> None:
    tenant = tenancy.add(f"corrupted-{list(CORRUPTIONS).index(corruption)}", "shared")
    fill(tenancy, tenant)
    before = rows_of(tenancy, tenant)
    target = moved(tenant.tenant, "shared", "schema")[1].target

    def reached(step: str) -> None:
        if step == "verified":
            with tenancy.admin(target.database) as admin:
                admin.execute(CORRUPTIONS[corruption].format(t=target.named))

    with pytest.raises(MoveError, match=r"the copy of .* is not the same.*\n.*open for writes again"):
        mover(tenancy, tenant, "schema", reached)[0].run()
    assert rows_of(tenancy, tenant) == before
    works(tenancy, tenant)
    assert read_records(tenancy.server)[tenant.tenant].model == "shared"
    mover(tenancy, tenant, "schema")[0].run()
    assert rows_of(tenancy, replace(tenant, model="schema")) == before


def test_an_error_of_the_server_gives_the_move_up(tenancy: Tenancy) -> None:
    tenant = tenancy.add("server-error", "shared")
    fill(tenancy, tenant)
    before = rows_of(tenancy, tenant)
    target = moved(tenant.tenant, "shared", "schema")[1].target

    def reached(step: str) -> None:
        if step == "copied":
            with tenancy.admin(target.database) as admin:
                admin.execute(f"ALTER TABLE {target.named} ADD CHECK (body <> 'hello')")

    with pytest.raises(
        MoveError, match=r"violates check constraint(.|\n)*its data is where it was, and open for writes"
    ):
        mover(tenancy, tenant, "schema", reached)[0].run()
    assert rows_of(tenancy, tenant) == before
    works(tenancy, tenant)


@pytest.mark.parametrize(("former", "model"), [("shared", "database"), ("schema", "shared"), ("database", "hybrid")])
def test_what_is_written_meanwhile_is_kept_or_refused(tenancy: Tenancy, former: Model, model: Model) -> None:
    tenant = tenancy.add(f"writer-{former}-{model}", former)
    fill(tenancy, tenant)
    told_done: list[uuid.UUID] = []
    refusals: list[str] = []

    def write() -> None:
        session = tenancy.session(tenant)
        while not refusals:
            key = uuid.uuid4()
            try:
                with session.transaction():
                    session.execute("INSERT INTO session (id, repository) VALUES (%s, 'written meanwhile')", (key,))
                    session.execute("UPDATE session SET status = 'done' WHERE id = %s", (key,))
            except psycopg.Error as error:
                refusals.append(str(error))
            else:
                told_done.append(key)
        assert session.execute("SELECT count(*) FROM session").fetchone() is not None  # reads go on until the switch
        session.close()

    writer = threading.Thread(target=write)

    def reached(step: str) -> None:
        if step == "frozen":
            writer.start()
            until(lambda: len(told_done) > 20, "the writer is in full swing")
        if step == "copied":
            writer.join(timeout=30)

    mover(tenancy, tenant, model, reached)[0].run()
    assert refusals and "permission denied for table session" in refusals[0]  # noqa: PT018
    there = {str(row[0]) for row in rows_of(tenancy, replace(tenant, model=model))["session"]}
    assert set(map(str, told_done)) <= there
    assert len(there) == len(told_done) + 2


@pytest.mark.parametrize("former", ["shared", "schema"])
def test_a_session_from_before_is_refused_as_well(tenancy: Tenancy, former: Model) -> None:
    """Within a snapshot that it took before, and with a statement that the server has prepared before."""
    tenant = tenancy.add(f"before-{former}", former)
    fill(tenancy, tenant)
    insert = "INSERT INTO session (repository) VALUES ('prepared')"
    older, prepared = tenancy.session(tenant), tenancy.session(tenant)
    older.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    assert older.execute("SELECT count(*) FROM session").fetchone() == (2,)
    prepared.execute(insert, prepare=True)
    refused: list[str] = []

    def reached(step: str) -> None:
        if step == "copied":
            for session in (older, prepared):
                assert session.execute("SELECT count(*) >= 2 FROM session").fetchone() == (True,)
                with pytest.raises(psycopg.Error, match="permission denied for table session"):
                    session.execute(insert, prepare=True)
                refused.append(step)

    mover(tenancy, tenant, "database", reached)[0].run()
    assert len(refused) == 2
    assert len(rows_of(tenancy, replace(tenant, model="database"))["session"]) == 3
    older.close()
    prepared.close()


def test_a_transaction_that_is_open_is_waited_for_and_its_rows_come_along(tenancy: Tenancy) -> None:
    tenant = tenancy.add("waited-for", "schema")
    session = tenancy.session(tenant)
    session.execute("BEGIN")
    session.execute("INSERT INTO session (repository) VALUES ('half way')")
    moving, said = mover(tenancy, tenant, "database")
    done: list[bool] = []
    thread = threading.Thread(target=lambda: done.append(moving.run()))
    thread.start()
    until(lambda: any("waiting for 1 of its sessions" in line for line in said), "the move waits for the writer")
    session.execute("COMMIT")
    thread.join(timeout=60)
    assert done == [True]
    assert [row[1] for row in rows_of(tenancy, replace(tenant, model="database"))["session"]] == ["half way"]
    session.close()


@pytest.mark.parametrize("former", ["shared", "schema"])
def test_a_transaction_that_has_only_locked_the_table_is_waited_for_too(tenancy: Tenancy, former: Model) -> None:
    """It has changed no row yet and holds the lock of one that writes: it is not relied upon to be refused."""
    tenant = tenancy.add(f"locked-{former}", former)
    session = tenancy.session(tenant)
    session.execute("BEGIN")
    session.execute("UPDATE session SET status = 'x' WHERE id = '6f0f8f60-0000-4000-8000-000000000000'")

    def reached(step: str) -> None:
        if step == "copied":
            with pytest.raises(psycopg.Error):
                session.execute("INSERT INTO session (repository) VALUES ('too late')")

    moving, said = mover(tenancy, tenant, "database", reached)
    moving._wait_s = 0.2
    moving.run()
    assert any("ended 1 sessions" in line for line in said)
    session.close()


def test_a_transaction_that_does_not_end_is_ended_and_is_told_so(tenancy: Tenancy) -> None:
    tenant = tenancy.add("ended-one", "shared")
    session = tenancy.session(tenant)
    session.execute("BEGIN")
    session.execute("INSERT INTO session (repository) VALUES ('never ends')")
    other = tenancy.add("ended-other", "shared")
    bystander = tenancy.session(other)
    bystander.execute("BEGIN")
    bystander.execute("INSERT INTO session (repository) VALUES ('not concerned')")
    moving, said = mover(tenancy, tenant, "hybrid")
    moving._wait_s = 0.2
    moving.run()
    assert any("ended 1 sessions" in line for line in said)
    with pytest.raises(psycopg.OperationalError):
        session.execute("COMMIT")
    assert rows_of(tenancy, replace(tenant, model="hybrid"))["session"] == []
    bystander.execute("COMMIT")
    assert len(rows_of(tenancy, other)["session"]) == 1
    bystander.close()


def test_two_at_once_are_kept_apart(tenancy: Tenancy) -> None:
    tenant = tenancy.add("two-at-once", "shared")
    fill(tenancy, tenant)
    refused: list[str] = []

    def reached(step: str) -> None:
        if step == "copied":
            with pytest.raises(FleetError, match="another process is at the data"):
                mover(tenancy, tenant, "schema")[0].run()
            refused.append(step)

    mover(tenancy, tenant, "schema", reached)[0].run()
    assert refused == ["copied"]


@pytest.mark.parametrize("model", ["database", "schema", "shared"])
def test_rows_that_refer_to_nothing_are_told_and_left_alone(tenancy: Tenancy, model: Model) -> None:
    tenant = tenancy.add(f"dangling-{model}", "hybrid")
    fill(tenancy, tenant)
    lost = uuid.uuid4()
    with tenancy.session(tenant) as session:
        insert = "INSERT INTO interaction (session_id, ordinal, speaker, body) VALUES (%s, 0, 'user', 'of no session')"
        session.execute(insert, (lost,))
    before = rows_of(tenancy, tenant)
    moving = mover(tenancy, tenant, model)[0]
    for attempt in (moving.plan, moving.run):
        with pytest.raises(FleetError, match=f"1 rows of .*interaction.* have a session_id .*one of them: {lost}"):
            attempt()
    assert rows_of(tenancy, tenant) == before
    works(tenancy, tenant)


def test_rows_of_unknown_origin_are_not_overwritten(tenancy: Tenancy) -> None:
    """What the defect of earlier versions left: a second home that the record does not know."""
    tenant = tenancy.add("two-homes", "schema")
    fill(tenancy, tenant)
    target = moved(tenant.tenant, "schema", "shared")[0].target
    with tenancy.admin(target.database) as admin:
        admin.execute(f"INSERT INTO {target.named} (tenant_id, repository) VALUES ('two-homes', 'whose is this')")
    moving = mover(tenancy, tenant, "shared")[0]
    for attempt in (moving.plan, moving.run):
        with pytest.raises(FleetError, match=r"shared.session .* already has 1 rows of 'two-homes'"):
            attempt()
    works(tenancy, tenant)


def test_a_hybrid_tenants_content_has_no_second_home_among_others(tenancy: Tenancy) -> None:
    key = uuid.uuid4()

    def write(tenant: TenantDatabase) -> None:
        with tenancy.session(tenant, "tenantplane") as session:
            session.execute("INSERT INTO session (id, repository) VALUES (%s, 'x')", (key,))
            insert = "INSERT INTO shared.interaction (session_id, ordinal, speaker, body) VALUES (%s, 0, 'user', 'x')"
            session.execute(insert, (key,))

    write(tenancy.add("content-shared", "shared"))  # the twin
    with pytest.raises(psycopg.Error, match="permission denied for table interaction"):
        write(tenancy.add("content-hybrid", "hybrid"))


@pytest.mark.parametrize(("former", "model"), itertools.pairwise((*MODELS, MODELS[0], MODELS[2], MODELS[1])))
def test_after_a_move_it_has_the_rights_of_one_that_was_always_there(
    tenancy: Tenancy, former: Model, model: Model
) -> None:
    """Once the former home is dropped nothing of it is left: no right, no setting, no table."""
    # Of one length, so that names sort alike.
    moving, always = f"moved-{former[:3]}-{model[:3]}", f"fresh-{former[:3]}-{model[:3]}"
    tenant = tenancy.add(moving, former)
    fill(tenancy, tenant)
    mover(tenancy, tenant, model)[0].run()
    drop_former(tenancy.server, moving)
    tenancy.add(always, model)
    assert rights(tenancy, moving) == rights(tenancy, always)
    assert rights(tenancy, moving)


def test_a_home_is_never_dropped_whatever_the_record_says(tenancy: Tenancy) -> None:
    tenant = tenancy.add("contradicted", "schema")
    fill(tenancy, tenant)
    with tenancy.admin("tenantplane") as admin:
        admin.execute(
            "INSERT INTO platform.copy (tenant, kind, table_name, state) "
            "VALUES ('contradicted', 'schema', 'session', 'former')"
        )
    with pytest.raises(FleetError, match="calls the home of 'contradicted' a former one"):
        drop_former(tenancy.server, "contradicted")
    assert len(rows_of(tenancy, tenant)["session"]) == 2


def rights(tenancy: Tenancy, tenant: str) -> list[str]:
    """Everything that the catalogues say of a tenant, its name left out."""
    own = tenant.replace("-", "_")
    server = (
        "SELECT roleid::regrole::text, member::regrole::text FROM pg_auth_members",
        "SELECT datname, unnest(datacl)::text FROM pg_database",
        "SELECT coalesce(datname, ''), setrole::regrole::text, setconfig::text FROM pg_db_role_setting "
        "LEFT JOIN pg_database ON pg_database.oid = setdatabase",
    )
    database = (
        "SELECT nspname, unnest(nspacl)::text FROM pg_namespace",
        "SELECT relnamespace::regnamespace::text, relname, relowner::regrole::text, "
        "(SELECT array_agg(each::text ORDER BY each::text) FROM unnest(relacl) each)::text FROM pg_class "
        "WHERE relnamespace::regnamespace::text <> 'pg_toast'",
        "SELECT conname, conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f'",
        "SELECT defaclrole::regrole::text, defaclobjtype::text, defaclacl::text FROM pg_default_acl",
    )
    found: list[str] = []
    with tenancy.admin() as admin:
        databases = [str(name) for (name,) in admin.execute("SELECT datname FROM pg_database WHERE datallowconn")]
        found += [str(row) for query in server for row in admin.execute(query)]
    for name in databases:
        if name == "tenantplane" or own in name:
            with tenancy.admin(name) as admin:
                found += [f"{name}: {row}" for query in database for row in admin.execute(query)]
    return sorted(line.replace(own, "X").replace(tenant, "X") for line in found if own in line or tenant in line)
