"""`python -m fleet`."""

from fleet import data_commands  # noqa: F401  adds its commands
from fleet.cli import main

main()
