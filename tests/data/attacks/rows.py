"""Attempts on B's rows."""

from typing import Final

from tests.data.attack import DENIED, NOTHING, Attack, Refused, Residual

_MINE = "INSERT INTO session (repository) VALUES ('mine')"
_GONE = Refused("does not exist")
_SEEN = "SELECT 1 FROM session LIMIT 1"

ROWS: Final = (
    Attack(
        name="SELECT of B's row",
        twin=("SELECT 1 FROM {t}.session WHERE id = '{a_row}'",),
        tries=("SELECT 1 FROM {b_t}.session WHERE id = '{b_row}'",),
        database=_GONE,
        schema=DENIED,
        shared=NOTHING,
    ),
    Attack(
        name="SELECT of all rows but one's own",
        twin=(_SEEN,),
        tries=("SELECT 1 FROM {b_t}.session WHERE repository = 'secret of b'",),
        database=_GONE,
        schema=DENIED,
        shared=NOTHING,
    ),
    Attack(
        name="INSERT in B's name",
        twin=(_MINE,),
        tries=("INSERT INTO {b_t}.session {b_columns} VALUES {b_values}",),
        database=_GONE,
        schema=DENIED,
        shared=Refused("violates row-level security policy"),
    ),
    Attack(
        name="UPDATE of B's row",
        twin=("UPDATE {t}.session SET status = 'x' WHERE id = '{a_row}'",),
        tries=("UPDATE {b_t}.session SET status = 'x' WHERE id = '{b_row}' RETURNING 1",),
        database=_GONE,
        schema=DENIED,
        shared=NOTHING,
    ),
    Attack(
        name="DELETE of B's rows",
        twin=(_MINE, "DELETE FROM {t}.session WHERE repository = 'mine'"),
        tries=("DELETE FROM {b_t}.session WHERE repository = 'secret of b' RETURNING 1",),
        database=_GONE,
        schema=DENIED,
        shared=NOTHING,
    ),
    Attack(
        name="UPDATE that gives a row away to B",
        twin=("UPDATE session SET status = 'x'",),
        tries=("UPDATE session SET tenant_id = '{b_id}'",),
        database=Refused("column .tenant_id. of relation"),
        schema=Refused("column .tenant_id. of relation"),
        shared=Refused("violates row-level security policy"),
    ),
    Attack(
        name="INSERT ... ON CONFLICT on B's key",
        twin=(_MINE + " ON CONFLICT DO NOTHING",),
        tries=(
            "INSERT INTO {b_t}.session {b_columns} VALUES {b_values} ON CONFLICT ({b_key}) DO UPDATE SET status = 'x'",
        ),
        database=_GONE,
        schema=DENIED,
        shared=Refused("violates row-level security policy"),
    ),
    Attack(
        name="MERGE into B's rows",
        twin=("MERGE INTO {t}.session s USING (SELECT 1) o ON s.id = '{a_row}' WHEN MATCHED THEN DO NOTHING",),
        tries=("MERGE INTO {b_t}.session s USING (SELECT 1) o ON s.id = '{b_row}' WHEN MATCHED THEN DELETE",),
        database=_GONE,
        schema=DENIED,
        shared=NOTHING,
    ),
    Attack(
        name="COPY of B's rows",
        twin=("COPY (SELECT id FROM {t}.session) TO STDOUT",),
        tries=("COPY (SELECT 1 FROM {b_t}.session WHERE id = '{b_row}') TO STDOUT",),
        database=_GONE,
        schema=DENIED,
        shared=NOTHING,
    ),
    Attack(
        name="COPY into B's rows",
        twin=("COPY {t}.session (repository) TO STDOUT",),
        tries=("COPY {b_t}.session (repository) FROM STDIN",),
        database=_GONE,
        schema=DENIED,
        shared=Refused("COPY FROM not supported with row-level security"),
    ),
    Attack(
        name="TRUNCATE",
        twin=("DELETE FROM {t}.session WHERE false",),
        tries=("TRUNCATE {b_t}.session CASCADE",),
        database=_GONE,
        schema=DENIED,
        shared=DENIED,
    ),
    Attack(
        name="LOCK TABLE",
        twin=("BEGIN", "LOCK TABLE {t}.session IN ROW SHARE MODE", "COMMIT"),
        tries=(
            "BEGIN",
            "LOCK TABLE {b_t}.session IN ACCESS EXCLUSIVE MODE",
        ),
        database=_GONE,
        schema=DENIED,
        shared=Residual(
            "who may change rows may lock the table that holds everybody's, and make others wait; their lock_timeout "
            "of 10 s ends their statement; the lock ends with the session, which its operator can end"
        ),
    ),
    Attack(
        name="SELECT ... FOR UPDATE of B's row",
        twin=("SELECT 1 FROM {t}.session WHERE id = '{a_row}' FOR UPDATE",),
        tries=("SELECT 1 FROM {b_t}.session WHERE id = '{b_row}' FOR UPDATE NOWAIT",),
        database=_GONE,
        schema=DENIED,
        shared=NOTHING,
    ),
    Attack(
        name="probing whether B has a key (unique constraint)",
        twin=("INSERT INTO {t}.session (id, repository) VALUES (gen_random_uuid(), 'mine')",),
        tries=(
            "INSERT INTO {t}.session (id, repository) VALUES ('{b_row}', 'probe')",
            "DELETE FROM {t}.session WHERE id = '{b_row}'",
            "SELECT 1 WHERE false",
        ),
        outcome=NOTHING,
    ),
    Attack(
        name="probing whether B has a key (foreign key)",
        twin=(
            "INSERT INTO {t}.interaction (session_id, ordinal, speaker, body) VALUES ('{a_row}', 900, 'u', 'x')",
            "DELETE FROM {t}.interaction WHERE ordinal = 900",
        ),
        tries=("INSERT INTO {t}.interaction (session_id, ordinal, speaker, body) VALUES ('{b_row}', 0, 'u', 'x')",),
        outcome=Refused("violates foreign key constraint"),
    ),
)
