"""The Pulumi program: reads the stack's configuration and runs the composition of its phase."""

from pathlib import Path

import pulumi
from pulumi.runtime.config import CONFIG

from settings.stack_config import StackConfigError, parse_stack_config
from stacks.lean_sdk import make_lean
from stacks.program import program

PREFIX = "tenantplane:"

values = {key.removeprefix(PREFIX): value for key, value in CONFIG.get().items() if key.startswith(PREFIX)}
try:
    config = parse_stack_config(values)
except StackConfigError as error:
    raise pulumi.RunError("\n  ".join(["the configuration of the stack cannot be used:", *error.problems])) from None
root = Path(__file__).resolve().parent
make_lean(root)
program(config, root)
