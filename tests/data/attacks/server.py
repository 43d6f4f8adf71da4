"""Attempts on the server, and on what its catalogues tell."""

from typing import Final

from tests.data.attack import DENIED, NOTHING, Attack, Refused, Residual

_GONE = Refused("does not exist")
_NAMES = Residual("the names of roles and databases are the server's, so tenants can learn which other tenants it has")
_SIZES = Residual("names, columns and estimated row counts of others' tables are in the database's own catalogue")
_TOTAL = Residual("the estimated number of all tenants' rows together is in the database's own catalogue")
_OWN = Residual(
    "PostgreSQL lets every session raise its own timeouts; nothing ends a session that does, but its operator"
)

SERVER: Final = (
    Attack(
        name="COPY ... PROGRAM",
        twin=("COPY (SELECT 1) TO STDOUT",),
        tries=("COPY (SELECT 1) TO PROGRAM 'id'",),
        outcome=Refused("must be superuser or have privileges of the pg_execute_server_program"),
    ),
    Attack(
        name="COPY to a file of the server",
        twin=("COPY (SELECT 1) TO STDOUT",),
        tries=("COPY (SELECT 1) TO '/tmp/tenantplane-attack'",),
        outcome=Refused("pg_write_server_files"),
    ),
    Attack(
        name="pg_read_file",
        twin=("SELECT length('x')",),
        tries=("SELECT pg_read_file('postgresql.conf')",),
        outcome=DENIED,
    ),
    Attack(name="pg_ls_dir", twin=("SELECT 1",), tries=("SELECT pg_ls_dir('.')",), outcome=DENIED),
    Attack(name="lo_import of a file", twin=("SELECT 1",), tries=("SELECT lo_import('/etc/passwd')",), outcome=DENIED),
    Attack(name="large objects", twin=("SELECT 1",), tries=("SELECT lo_create(0)",), outcome=DENIED),
    Attack(
        name="large objects of others", twin=("SELECT 1",), tries=("SELECT lo_get({b_large_object})",), outcome=DENIED
    ),
    Attack(name="advisory lock", twin=("SELECT 1",), tries=("SELECT pg_advisory_lock(1)",), outcome=DENIED),
    Attack(
        name="advisory lock in a transaction",
        twin=("SELECT 1",),
        tries=("SELECT pg_try_advisory_xact_lock(1)",),
        outcome=DENIED,
    ),
    Attack(
        name="pg_stat_activity",
        twin=("SELECT pg_backend_pid()",),
        tries=("SELECT query FROM pg_stat_activity",),
        outcome=DENIED,
    ),
    Attack(name="pg_locks", twin=("SELECT 1",), tries=("SELECT 1 FROM pg_locks",), outcome=DENIED),
    Attack(
        name="pg_cancel_backend of B's session",
        twin=("SELECT pg_backend_pid()",),
        tries=("SELECT pg_cancel_backend({b_pid})",),
        outcome=Refused("must be a member of the role whose query|permission denied"),
    ),
    Attack(
        name="pg_terminate_backend of B's session",
        twin=("SELECT pg_backend_pid()",),
        tries=("SELECT pg_terminate_backend({b_pid})",),
        outcome=Refused("must be a member of the role whose process|permission denied"),
    ),
    Attack(
        name="pg_authid (password verifiers)",
        twin=("SELECT current_user",),
        tries=("SELECT rolpassword FROM pg_authid",),
        outcome=DENIED,
    ),
    Attack(name="pg_shadow", twin=("SELECT current_user",), tries=("SELECT passwd FROM pg_shadow",), outcome=DENIED),
    Attack(name="pg_hba_file_rules", twin=("SELECT 1",), tries=("SELECT 1 FROM pg_hba_file_rules",), outcome=DENIED),
    Attack(
        name="names in pg_roles",
        twin=("SELECT 1 FROM pg_roles WHERE rolname = current_user",),
        tries=("SELECT 1 FROM pg_roles WHERE rolname = '{b_role}'",),
        outcome=_NAMES,
    ),
    Attack(
        name="names in pg_database",
        twin=("SELECT 1 FROM pg_database WHERE datname = current_database()",),
        tries=("SELECT 1 FROM pg_database WHERE datname = '{b_database}'",),
        database=_NAMES,
        schema=_NAMES,
        shared=_NAMES,
    ),
    Attack(
        name="pg_class: others' tables",
        twin=("SELECT 1 FROM pg_class WHERE oid = '{t}.session'::regclass",),
        tries=("SELECT reltuples FROM pg_class WHERE relnamespace::regnamespace::text = '{b_t}'",),
        database=NOTHING,
        schema=_SIZES,
        shared=_TOTAL,
    ),
    Attack(
        name="pg_stats: values of others' rows",
        twin=("SELECT 1 FROM pg_stats LIMIT 1",),
        tries=("SELECT most_common_vals FROM pg_stats WHERE most_common_vals::text LIKE '%secret of b%'",),
        outcome=NOTHING,
    ),
    Attack(name="pg_statistic", twin=("SELECT 1",), tries=("SELECT stavalues1 FROM pg_statistic",), outcome=DENIED),
    Attack(
        name="estimates of EXPLAIN",
        twin=("EXPLAIN SELECT 1 FROM {t}.session",),
        tries=("EXPLAIN SELECT 1 FROM {b_t}.session",),
        database=_GONE,
        schema=DENIED,
        shared=_TOTAL,
    ),
    Attack(
        name="the size of B's database",
        twin=("SELECT 1",),
        tries=("SELECT pg_database_size('{b_database}')",),
        outcome=DENIED,
    ),
    Attack(
        name="the size of B's table",
        twin=("SELECT 1",),
        tries=("SELECT pg_relation_size('{b_t}.session'::regclass)",),
        database=_GONE,
        schema=DENIED,
        shared=DENIED,
    ),
    Attack(
        name="counters of a table",
        twin=("SELECT 1",),
        tries=("SELECT n_tup_ins FROM pg_stat_user_tables",),
        outcome=DENIED,
    ),
    Attack(
        name="counters of a sequence",
        twin=("SELECT gen_random_uuid()",),
        tries=("SELECT last_value FROM pg_sequences",),
        outcome=NOTHING,
    ),
    Attack(
        name="others' settings (pg_db_role_setting)",
        twin=("SHOW work_mem",),
        tries=("SELECT setconfig FROM pg_db_role_setting",),
        outcome=DENIED,
    ),
    Attack(
        name="a message to others (pg_notify)",
        twin=("LISTEN mine", "UNLISTEN mine"),
        tries=("SELECT pg_notify('b', 'x')",),
        outcome=DENIED,
    ),
    Attack(
        name="LISTEN and NOTIFY",
        twin=("SELECT 1",),
        tries=("NOTIFY everybody, 'x'",),
        database=Residual("within the own database only: nobody else is in it"),
        schema=Residual(
            "NOTIFY has no privilege: tenants of one database can send and hear each other's messages, "
            "so the platform sends none and their services must not"
        ),
        shared=Residual("as with a schema for each"),
    ),
    Attack(
        name="a tablespace",
        twin=("SELECT 1",),
        tries=("CREATE TABLESPACE s LOCATION '/tmp'",),
        outcome=Refused("permission denied"),
    ),
    Attack(
        name="ALTER SYSTEM",
        twin=("SHOW port",),
        tries=("ALTER SYSTEM SET port = 1",),
        outcome=Refused("permission denied|must be superuser"),
    ),
    Attack(
        name="a setting of a superuser (log_statement)",
        twin=("SET work_mem = '1MB'",),
        tries=("SET log_statement = 'all'",),
        outcome=DENIED,
    ),
    Attack(name="temp_file_limit", twin=("SHOW temp_file_limit",), tries=("SET temp_file_limit = -1",), outcome=DENIED),
    Attack(
        name="CONNECTION LIMIT of one's own role",
        twin=("SELECT 1",),
        tries=("ALTER ROLE {a_login} CONNECTION LIMIT -1",),
        outcome=DENIED,
    ),
    Attack(
        name="statement_timeout off",
        twin=("SHOW statement_timeout",),
        tries=("SET statement_timeout = 0",),
        outcome=_OWN,
    ),
    Attack(
        name="work_mem without bounds",
        twin=("SHOW work_mem",),
        tries=("SET work_mem = '1GB'",),
        outcome=Residual("as with the timeouts; the server's memory limit is the container's"),
    ),
    Attack(
        name="a replication session's functions",
        twin=("SELECT 1",),
        tries=("SELECT pg_create_logical_replication_slot('s', 'pgoutput')",),
        outcome=Refused("permission denied|must be superuser or replication"),
    ),
    Attack(
        name="a checkpoint",
        twin=("SELECT 1",),
        tries=("CHECKPOINT",),
        outcome=Refused("must be superuser|permission denied"),
    ),
    Attack(
        name="VACUUM FULL of everybody's rows",
        twin=("SELECT 1",),
        tries=("VACUUM (FULL) {t}.session", "SELECT 1 WHERE false"),
        outcome=NOTHING,
    ),
    Attack(
        name="ANALYZE leaves no trace of others",
        twin=("SELECT 1",),
        tries=("SELECT 1 FROM pg_stats_ext",),
        outcome=DENIED,
    ),
    Attack(
        name="prepared transactions", twin=("SELECT 1",), tries=("SELECT 1 FROM pg_prepared_xacts",), outcome=DENIED
    ),
    Attack(
        name="the text of the policies", twin=("SELECT 1",), tries=("SELECT qual FROM pg_policies",), outcome=DENIED
    ),
    Attack(
        name="query_to_xml",
        twin=("SELECT 1",),
        tries=("SELECT query_to_xml('SELECT 1', true, true, '')",),
        outcome=DENIED,
    ),
)
