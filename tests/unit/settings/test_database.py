"""The SQL of a tenant for any valid tenant: quoted, bounded, and nobody else's (F1, F3)."""

import base64
import hashlib
import hmac
import re
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from settings import load_catalogue, names, plan_tenants
from settings.database import (
    TABLES,
    Model,
    Roles,
    SessionLimits,
    TenantDatabase,
    homes_of,
    identifier,
    literal,
    login_steps,
    places_of,
    platform_steps,
    scram_verifier,
    session_limits,
    tenant_steps,
)
from settings.database.moving import copy_in, copy_out, count, emptying, measure, moved, rows_dropped

WORDS = st.text("abz019", min_size=1, max_size=5)
IDS = st.lists(WORDS, min_size=1, max_size=5).map("-".join).map(lambda text: f"t{text}"[: names.ID_MAX].rstrip("-"))
IDS = IDS.filter(lambda text: names.id_problem(text) is None)
MODELS: tuple[Model, ...] = ("database", "schema", "shared", "hybrid")
LIMITS = SessionLimits(connections=5)


@given(IDS, IDS)
def test_two_tenants_share_no_name(one: str, other: str) -> None:
    assume(one != other)
    assert not set(Roles(one).all) & set(Roles(other).all)
    for model in ("database", "schema"):
        assert (homes_of(one, model)[0].database, homes_of(one, model)[0].schema) != (
            homes_of(other, model)[0].database,
            homes_of(other, model)[0].schema,
        )


@given(IDS, st.sampled_from(MODELS))
def test_every_name_fits_and_is_quoted(tenant: str, model: Model) -> None:
    steps = tenant_steps(TenantDatabase(tenant=tenant, model=model, limits=LIMITS))
    for role in Roles(tenant).all:
        assert len(role.encode()) <= 63
    text = "\n".join(statement for step in steps for statement in step.statements)
    bare = re.sub(r"'[^']*'|\"[^\"]*\"", "", re.sub(r"tenantplane\w*|\$tenantplane\$|app\.tenant_id", "", text))
    assert not re.search(r"\btenant_\w+", bare.replace("tenant_id", "")), bare


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=15))
def test_quoting_reads_back(text: str) -> None:
    assert identifier(text)[1:-1].replace('""', '"') == text
    quoted = literal(text)
    body = quoted[quoted.index("'") + 1 : -1].replace("''", "'")
    assert (body.replace("\\\\", "\\") if quoted.startswith("E") else body) == text


@pytest.mark.parametrize("name", ["", "a\0b", "x" * 64, "ü" * 32])
def test_a_name_that_postgresql_would_cut_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot name anything"):
        identifier(name)


def test_a_step_takes_no_password() -> None:
    wanted = TenantDatabase(tenant="acme", model="database", limits=LIMITS)
    with pytest.raises(ValueError, match="never a password"):
        login_steps(wanted, "hunter2")


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40))
@settings(deadline=None, max_examples=25)
def test_a_verifier_fits_its_password_and_hides_it(password: str) -> None:
    made = scram_verifier("tenant_acme__app_a", password)
    assert made == scram_verifier("tenant_acme__app_a", password) != scram_verifier("tenant_acme__app_b", password)
    _, salted, keys = made.split("$")
    rounds, salt = salted.split(":")
    secret = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(salt), int(rounds))
    assert base64.b64decode(keys.split(":")[1]) == hmac.digest(secret, b"Server Key", "sha256")


def test_a_suspended_tenant_cannot_log_in() -> None:
    wanted = TenantDatabase(tenant="acme", model="database", limits=LIMITS, active=False)
    (step,) = login_steps(wanted, scram_verifier("x", "y"))
    assert all("NOLOGIN PASSWORD NULL" in statement for statement in step.statements)


def test_limits_follow_the_tier() -> None:
    catalogue = load_catalogue(Path(__file__).parents[3] / "catalog", "local")
    made = {plan.tenant.id: session_limits(plan.quota) for plan in plan_tenants(catalogue)}
    assert made["hedgehog-cli"].connections == 5
    assert made["northwind-bank"].connections == 100
    assert made["hedgehog-cli"].temp_file_mb < made["northwind-bank"].temp_file_mb


def test_row_level_security_is_forced_on_every_shared_table() -> None:
    text = "\n".join(statement for step in platform_steps() for statement in step.statements)
    tables = re.findall(r"CREATE TABLE IF NOT EXISTS (shared\.\w+)", text)
    assert tables
    for table in tables:
        assert f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY" in text
    assert "current_setting" not in text  # a rule that reads a setting can be talked to


@given(IDS, st.sampled_from(MODELS), st.sampled_from(MODELS))
def test_a_move_touches_only_its_tenants_rows_and_tables(tenant: str, former: Model, model: Model) -> None:
    own = names.sql_name(tenant)
    for move in moved(tenant, former, model):
        assert move.source.table == move.target.table
        for place in (move.source, move.target):
            texts = [count(place), measure(place), *emptying(place), *rows_dropped(place)]
            texts.append(copy_out(move) if place == move.source else copy_in(move))
            for text in texts:
                if place.kind == "shared" and "COPY shared" not in text and 'COPY "shared"' not in text:
                    assert f"tenant_id = '{tenant}'" in text
                    assert "TRUNCATE" not in text
                    assert "DROP" not in text
                elif place.kind != "shared":
                    assert f'"{own}"' in text
    assert [move.table for move in moved(tenant, former, model)] == [
        table
        for table, here, there in zip(TABLES, places_of(tenant, former), places_of(tenant, model), strict=True)
        if here != there
    ]


@given(IDS, st.sampled_from(MODELS))
def test_homes_and_places_say_the_same(tenant: str, model: Model) -> None:
    said = {(home.kind, home.database, home.schema, table) for home in homes_of(tenant, model) for table in home.tables}
    assert {(each.kind, each.database, each.schema, each.table) for each in places_of(tenant, model)} == said
