"""`python -m fleet`."""

from fleet import (  # they add their commands
    audit_commands,  # noqa: F401
    data_commands,  # noqa: F401
    drift_commands,  # noqa: F401
    image_commands,  # noqa: F401
    policy_commands,  # noqa: F401
    relocation_commands,  # noqa: F401
    verify_commands,  # noqa: F401
)
from fleet.cli import main

main()
