"""The rules that the API server holds to, as plain data: components.security renders them, policies/ reads the claims
that preview can ask as well (I1)."""

from controls.admission.cel import text
from controls.admission.form import PODS, AdmissionPolicy, Asked, Preview, Refusal
from controls.admission.table import POLICIES, PREFIX, enforcing

__all__ = ["PODS", "POLICIES", "PREFIX", "AdmissionPolicy", "Asked", "Preview", "Refusal", "enforcing", "text"]
