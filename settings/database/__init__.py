"""The SQL that gives each tenant its databases and keeps them apart (F1, F3): pure functions without a connection."""

from settings.database.limits import SessionLimits, session_limits
from settings.database.models import PLATFORM_DATABASE, Model, homes_of
from settings.database.passwords import scram_verifier
from settings.database.planned import database_of
from settings.database.platform import platform_steps
from settings.database.roles import SLOTS, Roles, Slot
from settings.database.statements import Step, as_psql, identifier, literal
from settings.database.tables import CONTENT, METADATA, SHARED_SCHEMA, Table
from settings.database.tenant import TenantDatabase, login_steps, tenant_steps

__all__ = [
    "CONTENT",
    "METADATA",
    "PLATFORM_DATABASE",
    "SHARED_SCHEMA",
    "SLOTS",
    "Model",
    "Roles",
    "SessionLimits",
    "Slot",
    "Step",
    "Table",
    "TenantDatabase",
    "as_psql",
    "database_of",
    "homes_of",
    "identifier",
    "literal",
    "login_steps",
    "platform_steps",
    "scram_verifier",
    "session_limits",
    "tenant_steps",
]
