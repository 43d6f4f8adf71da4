"""What one tenant's sessions may take of a database server (F3), from its tier's numbers, so a new tier is data (A5).

The engine enforces connections (per login) and the size of temporary files, which only a superuser can change. The
timeouts and work_mem are defaults: PostgreSQL lets every session raise its own. What they cannot be trusted with is
said in docs/data-isolation.md.
"""

from dataclasses import dataclass

from settings.quota import ResolvedQuota

_MB = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class SessionLimits:
    """Limits of each login of a tenant.

    connections: at once, for one login; two are valid while credentials rotate. statement_timeout_s,
    idle_in_transaction_timeout_s, lock_timeout_s: seconds. work_mem_mb: of one sort or hash, in MiB.
    temp_file_mb: temporary files of one session, in MiB.
    """

    connections: int
    statement_timeout_s: int = 30
    idle_in_transaction_timeout_s: int = 60
    lock_timeout_s: int = 10
    work_mem_mb: int = 4
    temp_file_mb: int = 512

    @property
    def settings(self) -> dict[str, str]:
        """As PostgreSQL's parameters."""
        return {
            "statement_timeout": f"{self.statement_timeout_s}s",
            "idle_in_transaction_session_timeout": f"{self.idle_in_transaction_timeout_s}s",
            "lock_timeout": f"{self.lock_timeout_s}s",
            "work_mem": f"{self.work_mem_mb}MB",
            "temp_file_limit": f"{self.temp_file_mb}MB",
        }


def session_limits(quota: ResolvedQuota) -> SessionLimits:
    """Limits by quota: a connection for each pod, 5 to 100; work_mem a sixteenth of a per cent of the guaranteed memory
    and 1 to 64 MiB; temporary files a twentieth of the storage, 256 MiB to 16 GiB. The numbers are this project's."""
    return SessionLimits(
        connections=connections(quota.pods),
        work_mem_mb=min(64, max(1, quota.guaranteed.memory_bytes // 1600 // _MB)),
        temp_file_mb=min(16 * 1024, max(256, quota.storage_bytes // 20 // _MB)),
    )


def connections(pods: int) -> int:
    """Connections at once for a quota of so many pods."""
    return min(100, max(5, pods))
