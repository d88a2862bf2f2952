"""Restart policies: whether a container that has ended starts again, and how long that waits."""

from harness.fake.values import Container

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 60.0
_LASTING = 10  # seconds after which a start counts as a good one


def starts_again(container: Container, code: int) -> bool:
    """Tell whether a container is to start again that has ended with a code."""
    if container.by_hand:
        return False
    match _policy(container):
        case "always" | "unless-stopped":
            return True
        case "on-failure":
            return code != 0 and _may_try(container)
        case _:
            return False


def starts_with_daemon(container: Container) -> bool:
    """Tell whether a container is to start with a daemon that itself starts again."""
    if not container.state.started:
        return False
    match _policy(container):
        case "always":
            return True
        case "unless-stopped":
            return not container.by_hand
        case "on-failure":
            failed = container.state.running or container.state.exit_code != 0
            return failed and _may_try(container)
        case _:
            return False


def pause_before(container: Container, lasted: float) -> float:
    """Return the seconds before the next start: twice as many each time, until one has lasted."""
    if lasted >= _LASTING or not container.backoff:
        return _FIRST_PAUSE
    return min(container.backoff * 2, _LONGEST_PAUSE)


def _policy(container: Container) -> str:
    return container.host.fields("RestartPolicy").text("Name")


def _may_try(container: Container) -> bool:
    most = container.host.fields("RestartPolicy").number("MaximumRetryCount")
    return not most or container.restarts < most
