"""Names of a tenant's roles, from which PostgreSQL itself reads whose session it is (F3)."""

from dataclasses import dataclass
from typing import Final, Literal

from settings import names

Slot = Literal["a", "b"]
SLOTS: Final[tuple[Slot, ...]] = ("a", "b")
"""Two logins: while a credential is rotated both are valid, and no session drops (F5)."""

TENANTS: Final = "tenantplane_tenants"
READERS: Final = "tenantplane_readers"
CONTENT_TENANTS: Final = "tenantplane_content_tenants"
CONTENT_READERS: Final = "tenantplane_content_readers"
OWNER: Final = "tenantplane_owner"
"""The platform's roles, none of which can log in: whoever may use the shared tables of metadata or may read them, the
same for those of content, and the owner of both. Two pairs, because a hybrid tenant's content has no business in a
shared table: a service that is mistaken about its home is refused, and nothing is written where nobody looks for it."""

_ROLE: Final = "current_user::text"
_PART: Final = f"pg_catalog.split_part({_ROLE}, '__', %d)"
_KINDS: Final = ", ".join(f"'{kind}'" for kind in ("owner", "app", "readonly", *(f"app_{slot}" for slot in SLOTS)))
CURRENT_TENANT: Final = (
    f"(SELECT CASE WHEN pg_catalog.starts_with({_ROLE}, 'tenant_') AND pg_catalog.strpos({_ROLE}, '-') = 0 "
    f"AND {_PART % 2} IN ({_KINDS}) "
    f"AND {_ROLE} = {_PART % 1} || '__' || {_PART % 2} "
    f"THEN pg_catalog.replace(pg_catalog.substr({_PART % 1}, 8), '_', '-') END COLLATE pg_catalog.\"default\")"
)
"""SQL: id of the tenant whose role runs the statement; NULL, which equals nothing, for any other role.

Keyed to the role because that is what a session cannot choose: a role name has `__` and a tenant's id no two hyphens
in a row, so one is read from the other in one way only, and no setting of the session has a part in it.

In brackets with SELECT, so that it is worked out once for a statement and not once for a row. Without a regular
expression, which took 7 microseconds instead of one. With the collation of the column: role names have another one, and
PostgreSQL uses no index for a comparison in a collation that is not the index's, so that each statement read the rows
of everybody.
"""


@dataclass(frozen=True)
class Roles:
    """Roles of one tenant.

    owner: owns its schema and tables; nobody logs in as it. app: reads and writes rows. readonly: reads rows.
    login: the two that its services log in as, by turns; members of `app`.
    """

    tenant: str

    @property
    def base(self) -> str:
        return names.sql_name(self.tenant)

    @property
    def owner(self) -> str:
        return f"{self.base}__owner"

    @property
    def app(self) -> str:
        return f"{self.base}__app"

    @property
    def readonly(self) -> str:
        return f"{self.base}__readonly"

    def login(self, slot: Slot) -> str:
        return f"{self.base}__app_{slot}"

    @property
    def logins(self) -> tuple[str, ...]:
        return tuple(self.login(slot) for slot in SLOTS)

    @property
    def all(self) -> tuple[str, ...]:
        return (self.owner, self.app, self.readonly, *self.logins)
