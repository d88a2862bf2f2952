"""Looking into JSON values by pointer."""

from functools import reduce

from harness.model.spec import Json


def at(value: Json, pointer: str) -> Json:
    """Return what stands at a JSON pointer; None where nothing does."""

    def step(found: Json, key: str) -> Json:
        if isinstance(found, dict):
            return found.get(key.replace("~1", "/").replace("~0", "~"))
        if isinstance(found, list) and key.isdigit() and int(key) < len(found):
            return found[int(key)]
        return None

    return reduce(step, pointer.split("/")[1:], value)
