"""`python -m fleet`."""

from fleet import audit_commands, data_commands, verify_commands  # noqa: F401  they add their commands
from fleet.cli import main

main()
