"""What it takes to see an exchange: the newest documents, how replies stream, what is chance."""

from collections.abc import Mapping
from dataclasses import dataclass

from harness.model.judgement import Streaming
from harness.model.spec import Operation
from harness.specs.volatile import Volatility


@dataclass(frozen=True, slots=True)
class Lens:
    """Operations by id as the newest document has them, how each streams, and what is chance."""

    operations: Mapping[str, Operation]
    streaming: Mapping[str, Streaming]
    chance: Volatility
