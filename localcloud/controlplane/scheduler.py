"""What the scheduler of a control plane is told: Kubernetes' own profile and, beside it, D3's."""

from pathlib import Path

import yaml

from localcloud.controlplane.layout import Layout
from localcloud.toolchain.pins import digest
from settings.scheduler_profile import scheduler_configuration

PART = "scheduler"


def scheduler_document(layout: Layout) -> str:
    """Its configuration file."""
    return yaml.safe_dump(scheduler_configuration(str(layout.part_kubeconfig(PART))), sort_keys=False)


def scheduler_file(layout: Layout) -> Path:
    """Where it lies. Its hash is in the name, and so in the command line: a scheduler that runs with another
    configuration, of an older version of this code, is replaced at the next start."""
    return layout.config / f"scheduler-{digest([scheduler_document(layout)])}.yaml"
