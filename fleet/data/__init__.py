"""Where tenants' data is: the record of it, moves from one model of isolation to another, and what is left (F1, A7)."""

from fleet.data.move import Mover
from fleet.data.planning import MoveError
from fleet.data.records import Record, read_records

__all__ = ["MoveError", "Mover", "Record", "read_records"]
