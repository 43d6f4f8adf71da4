"""One self-contained page about a running environment: who is there, what they use, what holds, what it costs (G6)."""

from fleet.report.page import page
from fleet.report.write import write_report

__all__ = ["page", "write_report"]
