"""What an Aurora PostgreSQL is told, and what it is called (F2, F5, A7)."""

from settings import names
from settings.aws.aurora import Aurora

PORT = 5432
ENGINE = "aurora-postgresql"
LONGEST_NAME = 63
"""Characters of an identifier (Amazon RDS User Guide, "Quotas and constraints")."""


def family(aurora: Aurora) -> str:
    """Family of its parameter groups: by major version."""
    return f"aurora-postgresql{aurora.version.partition('.')[0]}"


def parameters() -> dict[str, str]:
    """Parameters of every cluster. Who speaks no TLS, or one below 1.3, gets no session; passwords are kept as SCRAM's
    verifiers; who connects, what changes tables or roles, and what is slow is logged without the values of its rows."""
    return {
        "rds.force_ssl": "1",
        "ssl_min_protocol_version": "TLSv1.3",
        "password_encryption": "scram-sha-256",
        "rds.accepted_password_auth_method": "scram",
        "log_connections": "1",
        "log_disconnections": "1",
        "log_statement": "ddl",
        "log_min_duration_statement": "1000",
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
        "row_security": "1",
    }


STATIC = ("rds.accepted_password_auth_method",)
"""Take effect at the next start only."""


def tenant_owner(tenant: str) -> str:
    """Whose the Aurora cluster of one tenant is; no cluster of a topology is called so, whose names are others."""
    return f"t-{tenant}"


def server_name(environment: str, owner: str) -> str:
    """Identifier of the Aurora cluster of a cluster or tenant, unique in the region."""
    return names.cloud(environment, owner, limit=LONGEST_NAME - len("-final"))


def final_snapshot(server: str) -> str:
    """What is left of it when it is deleted, whoever deletes it and however (A7)."""
    return f"{server}-final"


def sources(aurora: Aurora) -> tuple[dict[str, list[str]], ...]:
    """Who administers it, as sources of a security group's rules: ranges in one, each group in one of its own."""
    groups = [each for each in aurora.administered_from if each.startswith("sg-")]
    ranges = [each for each in aurora.administered_from if each not in groups]
    of_ranges = ({"cidr_blocks": ranges},) if ranges else ()
    return (*of_ranges, *({"security_groups": [each]} for each in groups))
