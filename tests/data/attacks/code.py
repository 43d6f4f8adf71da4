"""Attempts to run code, or to stand in the way of others' names."""

from typing import Final

from tests.data.attack import DENIED, NOTHING, Attack, Refused

_GONE = Refused("does not exist")
_SEEN = "SELECT 1 FROM session LIMIT 1"
_OTHERS = Refused("permission denied|does not exist")

CODE: Final = (
    Attack(
        name="search_path to B's schema",
        twin=("SET search_path = pg_catalog, {t}", _SEEN),
        tries=("SET search_path = {b_t}, pg_catalog", "SELECT 1 FROM session WHERE repository = 'secret of b'"),
        database=_GONE,
        schema=Refused("does not exist|permission denied"),
        shared=NOTHING,
    ),
    Attack(name="CREATE in public", twin=(_SEEN,), tries=("CREATE TABLE public.session (id int)",), outcome=DENIED),
    Attack(name="CREATE in the own schema", twin=(_SEEN,), tries=("CREATE TABLE {t}.trap (id int)",), outcome=DENIED),
    Attack(name="CREATE SCHEMA", twin=(_SEEN,), tries=("CREATE SCHEMA evil",), outcome=DENIED),
    Attack(
        name="a temporary table that shadows another",
        twin=(_SEEN,),
        tries=("CREATE TEMP TABLE session (id int)",),
        outcome=DENIED,
    ),
    Attack(
        name="a SECURITY DEFINER function",
        twin=("SELECT length('x')",),
        tries=("CREATE FUNCTION {t}.f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",),
        outcome=DENIED,
    ),
    Attack(
        name="a function in pg_temp that leaks rows",
        twin=("SELECT lower('x')",),
        tries=("CREATE FUNCTION pg_temp.f(text) RETURNS bool COST 0.0001 LANGUAGE sql AS 'SELECT true'",),
        outcome=DENIED,
    ),
    Attack(name="a DO block", twin=("SELECT 1",), tries=("DO $$ BEGIN PERFORM 1; END $$",), outcome=DENIED),
    Attack(
        name="an error message that tells a row (cast before the policy)",
        twin=("SELECT 1 FROM {t}.session WHERE '1'::int = 1",),
        tries=("SELECT 1 FROM {t}.session WHERE repository = 'secret of b' AND (1 / (length(repository) - 11)) > 0",),
        outcome=NOTHING,
    ),
    Attack(
        name="an event trigger",
        twin=(_SEEN,),
        tries=(
            "CREATE EVENT TRIGGER e ON ddl_command_start "
            "EXECUTE FUNCTION pg_catalog.suppress_redundant_updates_trigger()",
        ),
        outcome=DENIED,
    ),
    Attack(
        name="a trigger on the table",
        twin=(_SEEN,),
        tries=(
            "CREATE TRIGGER t BEFORE UPDATE ON {t}.session FOR EACH ROW "
            "EXECUTE FUNCTION pg_catalog.suppress_redundant_updates_trigger()",
        ),
        outcome=DENIED,
    ),
    Attack(
        name="a rule on the table",
        twin=(_SEEN,),
        tries=("CREATE RULE r AS ON SELECT TO {t}.session DO INSTEAD NOTHING",),
        outcome=Refused("must be owner"),
    ),
    Attack(name="a view", twin=(_SEEN,), tries=("CREATE VIEW {t}.v AS SELECT 1",), outcome=DENIED),
    Attack(
        name="an operator",
        twin=("SELECT 1 = 1",),
        tries=("CREATE OPERATOR {t}.=== (LEFTARG = int4, RIGHTARG = int4, FUNCTION = int4eq)",),
        outcome=DENIED,
    ),
    Attack(name="an extension", twin=(_SEEN,), tries=("CREATE EXTENSION dblink",), outcome=DENIED),
    Attack(name="a trusted extension", twin=(_SEEN,), tries=("CREATE EXTENSION pgcrypto",), outcome=DENIED),
    Attack(
        name="a language",
        twin=(_SEEN,),
        tries=("CREATE LANGUAGE plpgsql_of_mine HANDLER plpgsql_call_handler",),
        outcome=Refused("must be superuser|permission denied"),
    ),
    Attack(
        name="a foreign server",
        twin=(_SEEN,),
        tries=("CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw",),
        outcome=_OTHERS,
    ),
    Attack(name="a foreign data wrapper", twin=(_SEEN,), tries=("CREATE FOREIGN DATA WRAPPER w",), outcome=DENIED),
    Attack(name="dblink", twin=(_SEEN,), tries=("SELECT dblink_connect('dbname={b_database}')",), outcome=_GONE),
    Attack(
        name="LOAD of a library",
        twin=(_SEEN,),
        tries=("LOAD 'dblink'",),
        outcome=Refused("is not allowed|permission denied"),
    ),
    Attack(
        name="a publication of all tables",
        twin=(_SEEN,),
        tries=("CREATE PUBLICATION p FOR ALL TABLES",),
        outcome=DENIED,
    ),
    Attack(
        name="a subscription",
        twin=(_SEEN,),
        tries=("CREATE SUBSCRIPTION s CONNECTION 'dbname=x' PUBLICATION p WITH (connect = false)",),
        outcome=Refused("must be superuser|permission denied"),
    ),
    Attack(
        name="ALTER DEFAULT PRIVILEGES of B",
        twin=("ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM PUBLIC",),
        tries=("ALTER DEFAULT PRIVILEGES FOR ROLE {b_role} GRANT SELECT ON TABLES TO {a_login}",),
        outcome=Refused("must be member of role|permission denied"),
    ),
    Attack(
        name="REASSIGN OWNED BY B",
        twin=("REASSIGN OWNED BY {a_login} TO {a_login}",),
        tries=("REASSIGN OWNED BY {b_role} TO {a_login}",),
        outcome=DENIED,
    ),
    Attack(name="DROP OWNED BY B", twin=("SELECT 1",), tries=("DROP OWNED BY {b_role}",), outcome=DENIED),
    Attack(
        name="COMMENT on the table",
        twin=(_SEEN,),
        tries=("COMMENT ON TABLE {t}.session IS 'x'",),
        outcome=Refused("must be owner"),
    ),
    Attack(
        name="COMMENT on B's role",
        twin=(_SEEN,),
        tries=("COMMENT ON ROLE {b_login} IS 'x'",),
        outcome=Refused("permission denied|must have CREATEROLE"),
    ),
    Attack(
        name="SECURITY LABEL",
        twin=(_SEEN,),
        tries=("SECURITY LABEL ON TABLE {t}.session IS 'x'",),
        outcome=Refused("no security label providers|must be owner"),
    ),
)
