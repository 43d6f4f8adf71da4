"""Whose session it is, as PostgreSQL itself reads it from a role's name (F3)."""

from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from localcloud.controlplane.postgres.sql import apply_steps
from settings.database import Roles, platform_steps
from settings.database.roles import CURRENT_TENANT
from tests.data.conftest import Tenancy
from tests.unit.settings.test_database import IDS

pytestmark = pytest.mark.xdist_group("data")

ALPHABET = st.sampled_from(
    ["tenant_", "a", "b0", "_", "__", "-", "app", "owner", "readonly", "_a", "_b", "A", "é", "%"]
)


@pytest.fixture(scope="module")
def session(tenancy: Tenancy) -> Iterator[psycopg.Connection]:
    with tenancy.admin("tenantplane") as made:
        yield made


def tenant_of(session: psycopg.Connection, role: str) -> str | None:
    """What the policies take a role of this name for."""
    asked = f"SELECT {CURRENT_TENANT.replace('current_user', '%(role)s')}"
    (found,) = session.execute(asked, {"role": role}).fetchone() or (None,)
    return str(found) if found is not None else None


@given(tenant=IDS)
@settings(max_examples=50)
def test_the_role_says_whose_it_is(session: psycopg.Connection, tenant: str) -> None:
    assert {tenant_of(session, role) for role in Roles(tenant).all} == {tenant}


@given(role=st.lists(ALPHABET, max_size=7).map("".join).map(lambda text: text[:63]))
@example(role="tenant_a__app__")
@example(role="tenant_a-b__app")
@example(role="tenant_a__b__app")
@example(role="tenant___app")
@example(role="xtenant_a__app")
@settings(max_examples=300)
def test_no_other_role_is_a_tenants(session: psycopg.Connection, role: str) -> None:
    found = tenant_of(session, role)
    assert found is None or role in Roles(found).all


@pytest.mark.parametrize("role", ["postgres", "tenantplane_owner", "tenantplane_tenants", "tenantplane_readers"])
def test_the_platforms_roles_are_no_tenants(session: psycopg.Connection, role: str) -> None:
    assert tenant_of(session, role) is None


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT FROM session WHERE id = '6f0f8f60-0000-4000-8000-000000000000'",
        "UPDATE session SET status = 'x' WHERE id = '6f0f8f60-0000-4000-8000-000000000000'",
        "SELECT FROM interaction WHERE session_id = '6f0f8f60-0000-4000-8000-000000000000'",
    ],
)
def test_a_statement_goes_to_the_tenants_rows_by_the_index(tenancy: Tenancy, statement: str) -> None:
    """And not past the rows of everybody: that was slow, and the slower the more others had (F3)."""
    with tenancy.session(tenancy.add("by-index", "shared")) as session:
        session.execute("SET enable_seqscan = off")
        plan = "\n".join(line for (line,) in session.execute(f"EXPLAIN (COSTS OFF) {statement}").fetchall())
    assert "Index Cond: ((tenant_id = $" in plan


def test_a_policy_that_was_worded_otherwise_is_replaced(tenancy: Tenancy) -> None:
    text = "SELECT pg_get_expr(polqual, polrelid) FROM pg_policy WHERE polrelid = 'shared.session'::regclass"
    with tenancy.admin("tenantplane") as admin:
        before = admin.execute(text).fetchall()
        admin.execute("DROP POLICY own_rows ON shared.session")
        admin.execute("CREATE POLICY own_rows ON shared.session USING (tenant_id = current_setting('app.tenant_id'))")
        apply_steps(tenancy.server, platform_steps())
        assert admin.execute(text).fetchall() == before
