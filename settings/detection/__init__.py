"""What a tenant's processes are watched for while they run, as policies of Tetragon (G5). Pure Python."""

from settings.detection.hooks import Hook, Selector
from settings.detection.policies import API_VERSION, PREFIX, detection_policies
from settings.detection.signs import SIGNS, Sign, Watched

__all__ = [
    "API_VERSION",
    "PREFIX",
    "SIGNS",
    "Hook",
    "Selector",
    "Sign",
    "Watched",
    "detection_policies",
]
