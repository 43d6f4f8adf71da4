"""The database server's own locks opened (F1, F3)."""

from tests.verify.sabotage import Expect, Sabotage, Wave

SHARED, OTHER, SCHEMA = "hedgehog-cli", "northwind-bank", "pelican-games"
"""Tenants with rows in shared tables, with a database of their own, and with a schema."""

WAVES = (
    Wave("row-level security off", (
        Sabotage("row-level security off", lambda hands: hands.sql("tenantplane",
                 "ALTER TABLE shared.session DISABLE ROW LEVEL SECURITY",
                 "ALTER TABLE shared.session ENABLE ROW LEVEL SECURITY"), (
                 Expect("TP-F1-01", ("database-row-security",), ""), Expect("TP-F1-01", ("database-rows",), SHARED)),
                 (),
                 "shared.session shows it every row"),
        Sabotage("everybody connects", lambda hands: hands.sql("postgres",
                 "GRANT CONNECT ON DATABASE tenant_northwind_bank TO PUBLIC",
                 "REVOKE CONNECT ON DATABASE tenant_northwind_bank FROM PUBLIC"), (
                 Expect("TP-F1-01", ("database-doors",), ""), Expect("TP-F1-01", ("database-strangers",),
                      "lindenhof-school"),
                 ), (), "database tenant_northwind_bank lets everybody connect"),
        Sabotage("a member of another tenant's role", lambda hands: hands.sql("postgres",
                 "GRANT tenant_riverside_high__app TO tenant_pelican_games__app_a",
                 "REVOKE tenant_riverside_high__app FROM tenant_pelican_games__app_a"), (
                 Expect("TP-F1-01", ("database-roles", "database-rows"), SCHEMA),), (),
                 "SET ROLE tenant_riverside_high__app is allowed"),
    ), (SHARED, "lindenhof-school", SCHEMA), "databases"),
    Wave("bound by nothing", (
        Sabotage("a role past row-level security", lambda hands: hands.sql("postgres",
                 "ALTER ROLE tenant_hedgehog_cli__app_a BYPASSRLS",
                 "ALTER ROLE tenant_hedgehog_cli__app_a NOBYPASSRLS"), (
                 Expect("TP-F1-01", ("database-row-security",), ""), Expect("TP-F1-01", ("database-rows",), SHARED)),
                 (),
                 "role tenant_hedgehog_cli__app_a is bound by nothing"),
        Sabotage("a schema for everybody", lambda hands: hands.sql("tenantplane",
                 "GRANT USAGE ON SCHEMA tenant_pelican_games TO PUBLIC",
                 "REVOKE USAGE ON SCHEMA tenant_pelican_games FROM PUBLIC"), (
                 Expect("TP-F1-01", ("database-doors",), ""),), (),
                 "schema tenant_pelican_games gives everybody USAGE"),
        Sabotage("a login that is shut", lambda hands: hands.sql("postgres",
                 "ALTER ROLE tenant_lindenhof_school__app_a NOLOGIN",
                 "ALTER ROLE tenant_lindenhof_school__app_a LOGIN"), (
                 Expect("TP-F1-02", ("database-own",), "lindenhof-school"),
                 Expect("TP-F1-01", ("database-strangers", "database-rows", "database-roles"), "lindenhof-school")),
                 (), "is closed to it"),
    ), (SHARED, "lindenhof-school", SCHEMA), "databases"),
)  # fmt: skip
