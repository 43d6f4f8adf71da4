"""The SQL that gives each tenant its databases and keeps them apart (F1, F3): pure functions without a connection."""

from settings.database.access import access_steps
from settings.database.limits import SessionLimits, session_limits
from settings.database.models import KINDS, MODELS, PLATFORM_DATABASE, Kind, Model, Place, homes_of, place_of, places_of
from settings.database.passwords import scram_verifier
from settings.database.planned import database_of
from settings.database.platform import platform_steps
from settings.database.roles import SLOTS, Roles, Slot
from settings.database.statements import MAINTENANCE, Step, as_psql, identifier, literal
from settings.database.tables import CONTENT, METADATA, SHARED_SCHEMA, TABLES, Table
from settings.database.tenant import (
    TenantDatabase,
    closing_steps,
    login_steps,
    opening_steps,
    structure_steps,
    tenant_steps,
)

__all__ = [
    "CONTENT",
    "KINDS",
    "MAINTENANCE",
    "METADATA",
    "MODELS",
    "PLATFORM_DATABASE",
    "SHARED_SCHEMA",
    "SLOTS",
    "TABLES",
    "Kind",
    "Model",
    "Place",
    "Roles",
    "SessionLimits",
    "Slot",
    "Step",
    "Table",
    "TenantDatabase",
    "access_steps",
    "as_psql",
    "closing_steps",
    "database_of",
    "homes_of",
    "identifier",
    "literal",
    "login_steps",
    "opening_steps",
    "place_of",
    "places_of",
    "platform_steps",
    "scram_verifier",
    "session_limits",
    "structure_steps",
    "tenant_steps",
]
