"""What a database keeps from everybody but its owners: the parts of PostgreSQL that are open to PUBLIC by default and
that sessions of several tenants would meet in (F3).

Needs a superuser (local servers and CloudNativePG). A managed service gives none: there this step is left out, and the
residual risks of docs/data-isolation.md grow by these rows.
"""

from typing import Final

CLOSED_FUNCTIONS: Final = (
    # Locks by number, one space for all sessions of a database.
    "pg_advisory_lock",
    "pg_advisory_lock_shared",
    "pg_advisory_xact_lock",
    "pg_advisory_xact_lock_shared",
    "pg_try_advisory_lock",
    "pg_try_advisory_lock_shared",
    "pg_try_advisory_xact_lock",
    "pg_try_advisory_xact_lock_shared",
    "pg_advisory_unlock",
    "pg_advisory_unlock_all",
    "pg_advisory_unlock_shared",
    # Large objects: they belong to the database, count in no table, and RLS does not know them.
    "lo_create",
    "lo_creat",
    "lo_from_bytea",
    "lo_open",
    "lo_put",
    "lo_get",
    "lo_unlink",
    "lo_truncate",
    "lo_truncate64",
    "lowrite",
    "loread",
    # Who else is here and what it does.
    "pg_stat_get_activity",
    "pg_stat_get_backend_idset",
    "pg_stat_get_backend_pid",
    "pg_stat_get_backend_dbid",
    "pg_stat_get_backend_userid",
    "pg_stat_get_backend_activity",
    "pg_stat_get_backend_client_addr",
    "pg_stat_get_progress_info",
    "pg_stat_get_wal_senders",
    "pg_lock_status",
    "pg_blocking_pids",
    "pg_prepared_xact",
    # A message to whoever listens, and how full the queue of all is. The statement NOTIFY stays: it has no privilege.
    "pg_notify",
    "pg_notification_queue_usage",
    # A transaction's number and snapshot tell how much everybody writes.
    "pg_current_snapshot",
    "txid_current_snapshot",
    # A query given as a text runs outside of what a reviewer of the statement sees.
    "query_to_xml",
    "database_to_xml",
    "schema_to_xml",
    # How large others' tables and databases are.
    "pg_database_size",
    "pg_tablespace_size",
    "pg_relation_size",
    "pg_table_size",
    "pg_total_relation_size",
    "pg_indexes_size",
    "pg_stat_get_tuples_inserted",
    "pg_stat_get_tuples_updated",
    "pg_stat_get_tuples_deleted",
    "pg_stat_get_live_tuples",
    "pg_stat_get_dead_tuples",
    "pg_stat_get_db_xact_commit",
    "pg_stat_get_db_tuples_inserted",
)
CLOSED_VIEWS: Final = (
    "pg_stat_activity",
    "pg_stat_database",
    "pg_stat_all_tables",
    "pg_stat_user_tables",
    "pg_statio_user_tables",
    "pg_statio_all_tables",
    "pg_locks",
    "pg_prepared_xacts",
    "pg_largeobject_metadata",
    "pg_shdescription",
    "pg_shseclabel",
    "pg_db_role_setting",
    "pg_stats_ext",
    "pg_stats_ext_exprs",
    "pg_policies",
    "pg_policy",
)
CLOSED_LANGUAGES: Final = ("plpgsql", "sql")
"""No tenant's session runs code of its own on the server."""


def closing_statements() -> tuple[str, ...]:
    """Take from PUBLIC what is open by default in the database at hand. Grants that are gone already are left alone."""
    languages = f"lanname IN ({_listed(CLOSED_LANGUAGES)})"
    return (
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        _revoked("FUNCTION", "pg_proc", "oid::regprocedure", _named("pro", CLOSED_FUNCTIONS)),
        _revoked("TABLE", "pg_class", "oid::regclass", _named("rel", CLOSED_VIEWS)),
        _revoked("LANGUAGE", "pg_language", "lanname", languages),
    )


def _revoked(kind: str, catalog: str, named: str, chosen: str) -> str:
    """A block that revokes everything on the chosen objects of a catalogue on which PUBLIC has something.

    named: expression that gives an object's name, quoted. Grants that are written down nowhere are the default ones.
    """
    letter, prefix = {"FUNCTION": ("f", "pro"), "TABLE": ("r", "rel"), "LANGUAGE": ("l", "lan")}[kind]
    granted = f"coalesce({prefix}acl, pg_catalog.acldefault('{letter}', {prefix}owner))"
    public = f"EXISTS (SELECT FROM pg_catalog.aclexplode({granted}) AS given WHERE given.grantee = 0)"
    found = f"SELECT {named} FROM pg_catalog.{catalog} WHERE {chosen} AND {public}"  # noqa: S608  constants of this file
    return (
        f"DO $tenantplane$ DECLARE one text; BEGIN FOR one IN {found} "
        f"LOOP EXECUTE 'REVOKE ALL ON {kind} ' || one || ' FROM PUBLIC'; END LOOP; END $tenantplane$"
    )


def _named(prefix: str, words: tuple[str, ...]) -> str:
    return f"{prefix}namespace = 'pg_catalog'::regnamespace AND {prefix}name IN ({_listed(words)})"


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)
