"""What changed between two documents on paper: pure comparing by a table of rules."""

from harness.diff.paper.comparing import compare
from harness.diff.paper.rule import PaperRule
from harness.diff.paper.table import AREAS, RULES

__all__ = ["AREAS", "RULES", "PaperRule", "compare"]
