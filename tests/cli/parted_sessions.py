"""Sessions that other processes hold in tests; what each does stands in the settings' `image`."""

import os
import time

from harness.model.errors import DaemonError
from harness.model.events import OperationJudged, RunFinished, RunStarted
from harness.model.judgement import Verdict
from harness.model.version import ApiVersion, select
from harness.specs.library import versions


def session(settings, emit):
    """Judge one operation at each version, or do what the settings say in the part of 1.33."""
    held = select(settings.versions, versions())
    last = ApiVersion(1, 33) in held
    if settings.image == "dead at the start" and last:
        raise DaemonError("unix:///d: nobody answers")
    if settings.image == "slow at the start" and last:
        time.sleep(0.3)
    emit(
        RunStarted(f"run{held[0]}", "a daemon", f"unix:///{held[0]}", held, len(held), 7, "scoped")
    )
    if settings.image == "endless":
        try:
            _judge(held, emit)
            time.sleep(60)
        finally:
            emit(RunFinished(calls=1, interrupted=True, seconds=1.0))
    _judge(held, emit)
    if settings.image == "killed" and last:
        os._exit(9)
    emit(RunFinished(calls=5 * len(held), seconds=float(len(held)), waiting=2.0))


def _judge(held, emit):
    for version in held:
        emit(OperationJudged(version, "ContainerList", (), Verdict.KEPT, 5, succeeded=True))
