"""Attempts to be B, or nobody in particular."""

from typing import Final

from tests.data.attack import DENIED, NOTHING, Attack, Refused

_SEEN = "SELECT 1 FROM session LIMIT 1"
_NOT_SEEN = Refused('permission denied for schema platform|"platform.tenant" does not exist')

IDENTITY: Final = (
    Attack(
        name="SET app.tenant_id",
        twin=("SHOW app.tenant_id",),
        tries=("SET app.tenant_id = '{b_id}'", "SELECT 1 FROM {t}.session WHERE repository = 'secret of b'"),
        outcome=NOTHING,
    ),
    Attack(
        name="set_config in the same statement",
        twin=("SELECT set_config('app.tenant_id', '{a_id}', false)",),
        tries=(
            "SELECT 1 FROM {t}.session, set_config('app.tenant_id', '{b_id}', false) WHERE repository = 'secret of b'",
        ),
        outcome=NOTHING,
    ),
    Attack(
        name="SET ROLE to B", twin=("SET ROLE {a_role}", "RESET ROLE"), tries=("SET ROLE {b_role}",), outcome=DENIED
    ),
    Attack(name="SET ROLE to the owner", twin=("SET ROLE NONE",), tries=("SET ROLE {a_owner}",), outcome=DENIED),
    Attack(
        name="SET ROLE to the owner of shared tables",
        twin=("SET ROLE NONE",),
        tries=("SET ROLE tenantplane_owner",),
        outcome=DENIED,
    ),
    Attack(
        name="SET ROLE to the group of all tenants",
        twin=(_SEEN,),
        tries=("SET ROLE tenantplane_tenants", "SELECT 1 FROM {t}.session"),
        database=DENIED,
        schema=DENIED,
        shared=NOTHING,
    ),
    Attack(
        name="SET ROLE to the group of shared content",
        twin=(_SEEN,),
        tries=("SET ROLE tenantplane_content_tenants", "SELECT 1 FROM {t}.interaction"),
        database=DENIED,
        schema=DENIED,
        shared=NOTHING,
    ),
    Attack(
        name="reading the record of who is where",
        twin=(_SEEN,),
        tries=("SELECT 1 FROM platform.tenant",),
        outcome=_NOT_SEEN,
    ),
    Attack(
        name="changing the record of who is where",
        twin=(_SEEN,),
        tries=("UPDATE platform.tenant SET model = 'shared' WHERE tenant = '{a_id}'",),
        outcome=_NOT_SEEN,
    ),
    Attack(
        name="SET SESSION AUTHORIZATION",
        twin=("SET SESSION AUTHORIZATION {a_login}",),
        tries=("SET SESSION AUTHORIZATION {b_login}",),
        outcome=DENIED,
    ),
    Attack(
        name="row_security off",
        twin=("SET row_security = on", _SEEN, "RESET row_security"),
        tries=("SET row_security = off", "SELECT 1 FROM {t}.session WHERE repository = 'secret of b'"),
        database=NOTHING,
        schema=NOTHING,
        shared=Refused("would be affected by row-level security"),
    ),
    Attack(
        name="DISABLE ROW LEVEL SECURITY",
        twin=(_SEEN,),
        tries=("ALTER TABLE {t}.session DISABLE ROW LEVEL SECURITY",),
        outcome=Refused("must be owner"),
    ),
    Attack(
        name="a policy of one's own",
        twin=(_SEEN,),
        tries=("CREATE POLICY mine ON {t}.session USING (true)",),
        outcome=Refused("must be owner"),
    ),
    Attack(
        name="BYPASSRLS",
        twin=(_SEEN,),
        tries=("ALTER ROLE {a_login} BYPASSRLS",),
        outcome=Refused("must be superuser to change bypassrls|permission denied"),
    ),
    Attack(
        name="another's settings (ALTER ROLE ... SET)",
        twin=("ALTER ROLE {a_login} SET client_encoding = 'UTF8'", "ALTER ROLE {a_login} RESET client_encoding"),
        tries=("ALTER ROLE {b_login} SET search_path = nowhere",),
        outcome=DENIED,
    ),
    Attack(
        name="another's password",
        twin=(_SEEN,),
        tries=("ALTER ROLE {b_login} PASSWORD 'x'",),
        outcome=DENIED,
    ),
    Attack(name="CREATE ROLE", twin=(_SEEN,), tries=("CREATE ROLE tenant_x__app",), outcome=DENIED),
    Attack(
        name="GRANT of B's role",
        twin=(_SEEN,),
        tries=("GRANT {b_role} TO {a_login}",),
        outcome=Refused("must have admin"),
    ),
    Attack(name="CREATE DATABASE", twin=(_SEEN,), tries=("CREATE DATABASE tenant_evil",), outcome=DENIED),
    Attack(
        name="DROP of B's database",
        twin=(_SEEN,),
        tries=("DROP DATABASE {b_database}",),
        outcome=Refused("must be owner"),
    ),
    Attack(
        name="a pooled session keeps nothing of who had it",
        twin=("PREPARE mine AS SELECT 1 FROM {t}.session WHERE id = '{a_row}'", "EXECUTE mine", "DEALLOCATE mine"),
        tries=(
            "DISCARD ALL",
            "PREPARE his AS SELECT 1 FROM {t}.session WHERE repository = 'secret of b'",
            "EXECUTE his",
        ),
        outcome=NOTHING,
    ),
    Attack(
        name="a prepared statement after SET ROLE",
        twin=(
            "SET ROLE {a_role}",
            "PREPARE p AS SELECT 1 FROM {t}.session WHERE id = '{a_row}'",
            "RESET ROLE",
            "EXECUTE p",
            "DEALLOCATE p",
        ),
        tries=(
            "PREPARE p2 AS SELECT 1 FROM {t}.session WHERE repository = 'secret of b'",
            "SET ROLE {a_role}",
            "EXECUTE p2",
        ),
        outcome=NOTHING,
    ),
)
