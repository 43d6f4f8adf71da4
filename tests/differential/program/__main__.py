"""Declare the scenario modules named in DIFFERENTIAL_MODULES at the phase in DIFFERENTIAL_PHASE."""

import importlib
import os

for _module in os.environ["DIFFERENTIAL_MODULES"].split(","):
    importlib.import_module(f"scenarios.{_module}").declare(int(os.environ["DIFFERENTIAL_PHASE"]))
