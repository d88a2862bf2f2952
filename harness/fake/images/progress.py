"""Lines of streams that tell how far something is, and what stopped it."""

from harness.model.spec import Json

_WIDTH = 50
_UNITS = ("B", "kB", "MB", "GB", "TB")
_STEP = 1000.0
_SHORT = 12


def status(text: str, layer: str = "") -> dict[str, Json]:
    """Return a line that says something, of a layer if one is given."""
    if not layer:
        return {"status": text}
    return {"status": text, "progressDetail": {}, "id": layer}


def advance(text: str, layer: str, current: int, total: int) -> dict[str, Json]:
    """Return a line that says how many bytes of a layer are done."""
    return {
        "status": text,
        "progressDetail": {"current": current, "total": total},
        "progress": _bar(current, total),
        "id": layer,
    }


def failure(message: str) -> dict[str, Json]:
    """Return the line that ends a stream that cannot go on."""
    return {"errorDetail": {"message": message}, "error": message}


def short(digest: str) -> str:
    """Return a digest as the lines show it."""
    return digest.partition(":")[2][:_SHORT]


def in_units(size: float) -> str:
    """Return a number of bytes with its unit, in four digits at most."""
    unit = 0
    while size >= _STEP and unit < len(_UNITS) - 1:
        size, unit = size / _STEP, unit + 1
    return f"{size:.4g}{_UNITS[unit]}"


def _bar(current: int, total: int) -> str:
    if total <= 0:
        return f"{in_units(current):>8}"
    done = min(current * 100 // total // 2, _WIDTH)
    numbers = f"{in_units(current):>8}/{in_units(total)}"
    if current > total:
        numbers = f"{in_units(current):>8}"
    return f"[{'=' * done}>{' ' * (_WIDTH - done)}] {numbers}"
