"""Checks that are rules of Docker and not of a document."""

from contracts.rules import errors, frames, headers, hijack, streams, values, versions
from harness.model.judgement import Check

RULES: tuple[Check, ...] = (
    errors.ERROR_SHAPE,
    headers.API_VERSION,
    headers.SERVER,
    hijack.UPGRADED,
    frames.FRAMED,
    frames.UNFRAMED,
    streams.JSON_LINES,
    streams.ERROR_TOLD,
    streams.ARCHIVE,
    values.ADDRESSES,
    values.IMAGE_IDS,
    values.COLUMNS,
    values.ONLINE_CPUS,
    versions.WITHIN_LIMITS,
)

__all__ = ["RULES"]
