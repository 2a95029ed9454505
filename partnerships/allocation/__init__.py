"""The national allocation: who gets which seats, provably best in four objectives, fair, and the same every time.

Plain Python: an `Instance` in, a `Result` out. The format is described in docs/allocation.md.
"""

from .instance import BadInstance, Instance, read, read_text, write
from .result import Result, compare, first_come, greedy, solve
from .solver import STEPS, Cancelled

__all__ = [
    "STEPS",
    "BadInstance",
    "Cancelled",
    "Instance",
    "Result",
    "compare",
    "first_come",
    "greedy",
    "read",
    "read_text",
    "solve",
    "write",
]
