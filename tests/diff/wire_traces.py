"""Steps and traces, as tests of the wire need them: a default, and what differs."""

from dataclasses import replace

from harness.model.version import ApiVersion
from harness.model.wire import Step, Trace

OPENED = "GET /boxes/{id}/json"
STEP = Step(
    key="boxes/a-box-is-opened/0",
    operation=OPENED,
    asked=(),
    status=200,
    media_type="application/json",
    framing="whole",
)


def step(body=None, **differences):
    """Return a step of which the body is an object with these places."""
    inside = {f"body/{name}": text for name, text in (body or {}).items()}
    return replace(STEP, **{"places": {"body": "object", **inside}, **differences})


def refused(message="no such box", **differences):
    """Return a step that met a refusal."""
    return replace(STEP, **{"status": 404, "message": message, **differences})


def trace(*steps, minor=24):
    """Return a trace of steps; those with the key of the default are numbered."""
    numbered = (
        replace(each, key=f"boxes/a-box-is-opened/{number}") if each.key == STEP.key else each
        for number, each in enumerate(steps)
    )
    return Trace("Box 1.0", ApiVersion(1, minor), tuple(numbered))
