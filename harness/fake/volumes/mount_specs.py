"""What a container asks to have mounted, read and checked in dockerd's words."""

import posixpath
from collections.abc import Iterator

from harness.fake.requests.answer import RefusedError, bad_request
from harness.fake.requests.fields import Fields
from harness.fake.values import Mount

_WRITES = frozenset({"ro", "rw"})
_PROPAGATIONS = frozenset({"private", "rprivate", "slave", "rslave", "shared", "rshared"})
# What can stand in the mode of a bind, each kind at most once.
_MODES = (
    _WRITES,
    frozenset({"z", "Z"}),
    _PROPAGATIONS,
    frozenset({"nocopy"}),
    frozenset({"consistent", "cached", "delegated"}),
)
_OPTIONS = {"bind": "BindOptions", "volume": "VolumeOptions", "tmpfs": "TmpfsOptions"}
_PARTS = 3


def read_bind(text: str) -> Mount:
    """Return what an element of HostConfig.Binds means: source:target:mode, or a target alone."""
    parts = text.split(":")
    if len(parts) > _PARTS or not parts[0]:
        raise _invalid_bind(text)
    source, target, mode = "", parts[0], ""
    if len(parts) > 1:
        source, target = parts[0], parts[1]
        if not target or (len(parts) == 2 and _is_mode(target)):  # noqa: PLR2004 - no mode is there
            raise _invalid_bind(text)
    if len(parts) == _PARTS:
        mode = parts[2]
        if mode and not _is_mode(mode):
            raise bad_request(f"invalid mode: {mode}")
    flags = set(mode.split(","))
    kind = "bind" if source.startswith("/") else "volume"
    propagation = next(iter(flags & _PROPAGATIONS), "")
    wrong = _wrong_bind(kind, target, flags)
    if wrong:
        raise _invalid_bind(text, f'invalid mount config for type "{kind}": {wrong}')
    return Mount(
        kind=kind,
        target=_clean(target),
        name=source if kind == "volume" else "",
        source=_clean(source) if kind == "bind" else "",
        mode=mode or ("z" if kind == "volume" else ""),
        writable="ro" not in flags,
        propagation=propagation or ("rprivate" if kind == "bind" else ""),
        anonymous=not source,
    )


def copies(mount: Mount) -> bool:
    """Tell whether a new volume gets the files that the image has at its target."""
    return mount.kind == "volume" and "nocopy" not in mount.mode.split(",")


def read_mount(asked: Fields) -> Mount:
    """Return what an element of HostConfig.Mounts means."""
    kind, source, target = asked.text("Type"), asked.text("Source"), asked.text("Target")
    wrong = next(_wrong_mount(asked, kind, source, target), "")
    if wrong:
        raise bad_request(f'invalid mount config for type "{kind}": {wrong}')
    propagation = asked.fields("BindOptions").text("Propagation") or "rprivate"
    return Mount(
        kind=kind,
        target=_clean(target),
        name=source if kind == "volume" else "",
        source=_clean(source) if kind == "bind" else "",
        mode="z" if kind == "volume" else "",
        writable=not asked.flag("ReadOnly"),
        propagation=propagation if kind == "bind" else "",
        anonymous=kind == "volume" and not source,
    )


def check_tmpfs(target: str) -> None:
    """Refuse with 400 a target of HostConfig.Tmpfs that cannot be one."""
    wrong = _wrong_target(target)
    if wrong:
        raise bad_request(wrong)


def read_volumes_from(text: str) -> tuple[str, bool]:
    """Return whose mounts an element of HostConfig.VolumesFrom wants, and whether to write."""
    if not text:
        raise bad_request("volumes-from specification cannot be an empty string")
    name, _, mode = text.partition(":")
    if mode and not _is_mode(mode):
        raise bad_request(f"invalid mode: {mode}")
    if not name:
        raise bad_request('invalid name or ID supplied: ""')
    return name, "ro" not in mode.split(",")


def volume_target(text: str) -> str:
    """Return the target that a name in Config.Volumes means."""
    return posixpath.normpath(text) if text else text


def _wrong_bind(kind: str, target: str, flags: set[str]) -> str:
    if kind == "volume" and flags & _PROPAGATIONS:
        return "field BindOptions must not be specified"
    if kind == "bind" and "nocopy" in flags:
        return "field VolumeOptions must not be specified"
    return _wrong_target(target)


def _wrong_mount(asked: Fields, kind: str, source: str, target: str) -> Iterator[str]:
    if not target:
        yield "field Target must not be empty"
    if kind not in _OPTIONS:
        yield "mount type unknown"
    if _wrong_target(target):
        yield _wrong_target(target)
    for other, options in _OPTIONS.items():
        if other != kind and options in asked:
            yield f"field {options} must not be specified"
    if kind == "tmpfs" and source:
        yield "field Source must not be specified"
    if kind == "bind":
        yield from _wrong_source(source, asked.fields("BindOptions").text("Propagation"))


def _wrong_source(source: str, propagation: str) -> Iterator[str]:
    if not source:
        yield "field Source must not be empty"
    if not source.startswith("/"):
        yield f"invalid mount path: '{source}' mount path must be absolute"
    if propagation and propagation not in _PROPAGATIONS:
        yield f"invalid propagation mode: {propagation}"


def _wrong_target(target: str) -> str:
    if not target.startswith("/"):
        return f"invalid mount path: '{target}' mount path must be absolute"
    if _clean(target) == "/":
        return "invalid specification: destination can't be '/'"
    return ""


def _is_mode(text: str) -> bool:
    words = text.split(",")
    return all(any(word in kind for kind in _MODES) for word in words) and all(
        sum(word in kind for word in words) <= 1 for kind in _MODES
    )


def _clean(path: str) -> str:
    """Return an absolute path without dots and needless slashes."""
    return "/" + posixpath.normpath(path).lstrip("/")


def _invalid_bind(text: str, why: str = "") -> RefusedError:
    return bad_request(f"invalid volume specification: '{text}'" + (f": {why}" if why else ""))
