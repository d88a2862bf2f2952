"""The volumes of a world: made, found, used and removed."""

import re
from collections.abc import Mapping

from harness.fake.files.trees import size_of
from harness.fake.plugins.values import Plugin
from harness.fake.requests.answer import RefusedError, bad_request, conflict, not_found
from harness.fake.requests.fields import Fields, fields_of
from harness.fake.values import Labels, Tree, Volume
from harness.fake.world import World

LOCAL = "local"
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*", re.ASCII)
_LONGEST_NAME = 255
_OPTIONS = frozenset({"type", "o", "device", "size"})
_NEEDED = ("device", "type")
_SIZE = re.compile(r"\d+(\.\d+)?\s?([kKmMgGtTpP]?i?[bB]?)", re.ASCII)
_CAPABILITY = "volumedriver"


def volume_of(world: World, name: str) -> Volume:
    """Return the volume of a name; refuse with 404 where there is none."""
    found = world.volumes.get(name)
    if found is None:
        raise not_found(f"get {name}: no such volume")
    return found


def make_volume(  # noqa: PLR0913 - all that a volume is made of
    world: World,
    name: str = "",
    *,
    driver: str = "",
    options: Labels | None = None,
    labels: Labels | None = None,
    files: Tree | None = None,
) -> Volume:
    """Return the volume of a name, made where there is none; without a name, always a new one."""
    anonymous = not name
    name = name or world.ids.digest()
    known = world.volumes.get(name)
    asked = driver or (known.driver if known else LOCAL)
    if asked != LOCAL and not _has_driver(world, asked):
        raise not_found(
            f'create {name}: error looking up volume plugin {asked}: plugin "{asked}" not found'
        )
    if known is not None:
        if known.driver != asked:
            raise conflict(f"create {name}: conflict: volume name must be unique")
        return known
    if asked == LOCAL:
        _check_name(world, name)
        _check_options(name, options or {})
    volume = Volume(
        name=name,
        created=world.now(),
        driver=asked,
        labels=labels,
        options=options,
        files=files or {},
        anonymous=anonymous,
    )
    world.volumes[name] = volume
    world.emit("volume", "create", name, {"driver": asked})
    return volume


def remove_volume(world: World, volume: Volume) -> None:
    """Remove a volume; refuse with 409 one that containers have."""
    using = users_of(world, volume)
    if using:
        raise conflict(f"remove {volume.name}: volume is in use - [{', '.join(using)}]")
    del world.volumes[volume.name]
    world.emit("volume", "destroy", volume.name, {"driver": volume.driver})


def users_of(world: World, volume: Volume) -> list[str]:
    """Return the ids of the containers that have a volume, running or not."""
    return [
        container.id
        for container in world.containers.values()
        if any(each.kind == "volume" and each.name == volume.name for each in container.mounts)
    ]


def bytes_in(volume: Volume) -> int:
    """Return how many bytes the files of a volume hold."""
    return size_of(volume.files)


def pairs_or_none(fields: Fields, name: str) -> dict[str, str] | None:
    """Return a map of strings; None where it is absent or null, since a volume keeps that apart."""
    return fields.pairs(name) if name in fields else None


def _has_driver(world: World, name: str) -> bool:
    return any(
        plugin.enabled and plugin.name in {name, f"{name}:latest"} and _drives_volumes(plugin)
        for plugin in world.plugins.values()
    )


def _drives_volumes(plugin: Plugin) -> bool:
    interface = fields_of(plugin.parts.config.get("Interface"))
    return any(_CAPABILITY in str(each) for each in interface.elements("Types"))


def _check_name(world: World, name: str) -> None:
    if len(name.encode()) == 1:
        raise bad_request(
            f"create {name}: volume name is too short, names should be at least two alphanumeric "
            "characters"
        )
    if not _NAME.fullmatch(name):
        raise bad_request(
            f'create {name}: "{name}" includes invalid characters for a local volume name, only '
            '"[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, '
            "use absolute path"
        )
    if len(name) > _LONGEST_NAME:
        folder = f"{world.settings.root}/volumes/{name}"
        raise bad_request(
            f"create {name}: error while creating volume root path '{folder}': mkdir {folder}: "
            "file name too long"
        )


def _check_options(name: str, options: Mapping[str, str]) -> None:
    """Refuse with 400 options that the driver local does not take."""
    for option in sorted(options):
        if option not in _OPTIONS:
            raise _refused(name, f'invalid option: "{option}"')
    if "size" in options:
        if not _SIZE.fullmatch(options["size"]):
            raise _refused(name, f"invalid size: '{options['size']}'")
        if not options.keys() - {"size"}:
            raise _refused(name, "quota size requested but no quota support")
    missing = [each for each in _NEEDED if not options.get(each)]
    if missing and any(options.get(each) for each in ("type", "o", "device")):
        raise _refused(name, f'missing required option: "{missing[0]}"')


def _refused(name: str, why: str) -> RefusedError:
    return bad_request(f"create {name}: {why}")
