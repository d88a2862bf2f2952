"""The plugins of a world: made, pulled, enabled, set, pushed and removed, as dockerd does it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from harness.fake.images.progress import advance, failure, short, status
from harness.fake.images.references import LATEST, Reference, parse
from harness.fake.images.remote import Credentials, Reason, RemoteError, Visit
from harness.fake.plugins import configs as plugin_configs
from harness.fake.plugins import settings as plugin_settings
from harness.fake.plugins.values import Plugin, PluginParts
from harness.fake.requests.answer import RefusedError, bad_request, conflict, not_found
from harness.fake.world import World
from harness.model.spec import Json

_WHOLE_ID = re.compile(r"[a-f0-9]{64}")
_UNREACHABLE = 500
_NO_ARGUMENTS = (
    "failed to create shim task: OCI runtime create failed: runc create failed: "
    "args must not be empty: unknown"
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a plugin comes from, who asks for it, and what they grant to it.

    None are granted where nobody said anything of them; then it asks for nobody's leave.
    """

    remote: Reference
    credentials: Credentials
    granted: list[Json] | None = None


def find_plugin(world: World, name: str) -> Plugin | None:
    """Return the plugin that a text names; refuse a beginning that several ids have."""
    if _WHOLE_ID.fullmatch(name):
        return world.plugins.get(name)
    try:
        reference = parse(name)
    except RefusedError:
        return None
    if reference.digest:
        return None
    plugins = world.plugins.values()
    whole = next((each for each in plugins if each.name == reference.tagged.short), None)
    if whole is not None:
        return whole
    found = [each for each in plugins if each.id.startswith(name)]
    if len(found) > 1:
        raise bad_request(f'multiple plugins found for "{name}"')
    return found[0] if found else None


def plugin_of(world: World, name: str) -> Plugin:
    """Return the plugin that a text names; refuse with 404 what names none."""
    found = find_plugin(world, name)
    if found is None:
        raise not_found(f'plugin "{name}" not found')
    return found


def create(world: World, name: str, archive: bytes) -> Plugin:
    """Make a plugin of an archive of config.json and rootfs."""
    full_name = _name_to_make(name)
    if any(each.name == full_name for each in world.plugins.values()):
        raise conflict(f"plugin {full_name} already exists")
    parts = plugin_configs.read_archive(archive, world.settings.product)
    if any(each.parts.root == parts.root for each in world.plugins.values()):
        raise conflict(f"content {parts.root}: already exists")
    plugin = _kept(world, full_name, parts, reference=full_name)
    world.emit("plugin", "create", plugin.id, {"name": full_name})
    return plugin


def local_name(remote: Reference, name: str) -> str:
    """Return what a plugin from a registry is called here; refuse with 400 what no name is."""
    if not name:
        return replace(remote, tag=remote.tag or LATEST, digest="").short
    reference = parse(name)
    if reference.digest:
        raise bad_request("cannot use digest in plugin tag")
    return reference.tagged.short


def privileges(world: World, remote: Reference, credentials: Credentials) -> list[Json]:
    """Return what installing a plugin would have to grant: nothing where there is none."""
    try:
        return plugin_configs.privileges(_fetched(world, Source(remote, credentials)).config)
    except RemoteError:
        return []


def install(world: World, name: str, source: Source) -> list[Json]:
    """Pull a plugin and keep it under a name; return what is told of it."""
    if any(each.name == name for each in world.plugins.values()):
        raise bad_request(f"plugin {name} already exists")
    parts = _pulled(world, source)
    lines = [*_told(world, parts, source)]
    world.emit("plugin", "pull", source.remote.tagged.short, {"name": name})
    if not _granted(parts, source):
        return [*lines, failure("incorrect privileges")]
    _kept(world, name, parts, reference=source.remote.tagged.short)
    return lines


def upgrade(world: World, name: str, source: Source) -> list[Json]:
    """Pull another version of a plugin in its place; return what is told of it."""
    plugin = plugin_of(world, name)
    if plugin.enabled:
        raise conflict(f"plugin must be disabled before upgrading: plugin {plugin.name} is enabled")
    parts = _pulled(world, source)
    lines = [*_told(world, parts, source)]
    world.emit("plugin", "pull", source.remote.tagged.short, {"name": plugin.name})
    if not _granted(parts, source):
        return [*lines, failure("incorrect privileges")]
    _change(world, replace(plugin, parts=parts, reference=source.remote.tagged.short))
    return lines


def enable(world: World, name: str) -> None:
    """Let a plugin work."""
    plugin = plugin_of(world, name)
    if plugin.enabled:
        raise conflict(f"plugin already enabled: plugin {plugin.name} is enabled")
    if not plugin.parts.config.get("Entrypoint") and not plugin.settings.get("Args"):
        raise bad_request(_NO_ARGUMENTS)
    _change(world, replace(plugin, enabled=True))
    world.emit("plugin", "enable", plugin.id, {"name": name})


def disable(world: World, name: str) -> None:
    """Let a plugin work no more."""
    plugin = plugin_of(world, name)
    if not plugin.enabled:
        raise conflict(f"plugin is already disabled: plugin {plugin.name} found but disabled")
    _change(world, replace(plugin, enabled=False))
    world.emit("plugin", "disable", plugin.id, {"name": name})


def configure(world: World, name: str, settings: list[str]) -> None:
    """Change settings of a plugin that is not enabled."""
    plugin = plugin_of(world, name)
    if plugin.enabled:
        raise bad_request("cannot set on an active plugin, disable plugin before setting")
    _change(world, replace(plugin, settings=plugin_settings.changed(plugin, settings)))


def remove(world: World, name: str, *, force: bool) -> None:
    """Remove a plugin; one that is enabled only by force."""
    plugin = plugin_of(world, name)
    if plugin.enabled and not force:
        raise conflict(f"plugin {plugin.name} is enabled")
    del world.plugins[plugin.id]
    world.emit("plugin", "remove", plugin.id, {"name": name})


def push(world: World, name: str, credentials: Credentials) -> Iterator[Json]:
    """Bring a plugin to the registry that its name tells; yield what is told of it."""
    return _pushed(world, plugin_of(world, name), credentials)


def _pushed(world: World, plugin: Plugin, credentials: Credentials) -> Iterator[Json]:
    reference, parts = parse(plugin.name), plugin.parts
    contents = [short(digest) for digest in (parts.digest, parts.root, parts.config_digest)]
    yield status(f"The push refers to repository [{reference.short_name}]")
    for _ in range(2):
        yield from (status("Preparing", each) for each in contents)
    try:
        world.remote.visit(Visit("push", reference.host, reference.short, credentials))
    except RemoteError as error:
        yield failure(f"error pushing plugin: {error.message}")
        return
    world.remote.plugins[reference.short] = parts
    yield from (status("Upload complete", each) for each in contents)
    told: Json = {"Tag": reference.tag, "Digest": parts.digest, "Size": parts.manifest_size}
    yield {"progressDetail": {}, "aux": told}


def _name_to_make(name: str) -> str:
    try:
        reference = parse(name)
    except RefusedError as error:
        raise bad_request(f"failed to parse reference {name}: {error.message}") from error
    if reference.digest:
        raise bad_request("canonical references are not permitted")
    return reference.tagged.short


def _fetched(world: World, source: Source) -> PluginParts:
    """Return what a registry has under a name; raise RemoteError where there is nothing."""
    remote = source.remote
    world.remote.visit(Visit("pull", remote.host, remote.short, source.credentials))
    pushed = world.remote.plugins.get(remote.tagged.short)
    if pushed is not None:
        return pushed
    if {remote.short_name, remote.repository, remote.tagged.short} & world.remote.absent:
        raise RemoteError(Reason.ABSENT, f"{remote.repository}:{remote.tagged.tag}: not found")
    return plugin_configs.made_up(remote.tagged.short)


def _pulled(world: World, source: Source) -> PluginParts:
    try:
        return _fetched(world, source)
    except RemoteError as error:
        message = f"error resolving plugin reference: {error.message}"
        if error.reason is Reason.OFFLINE:
            raise RefusedError(_UNREACHABLE, message) from error
        raise not_found(message) from error


def _told(world: World, parts: PluginParts, source: Source) -> Iterator[Json]:
    remote, layer = source.remote, short(parts.root)
    known = any(each.parts.root == parts.root for each in world.plugins.values())
    yield {"status": f"Pulling from {remote.short_name}", "id": remote.tagged.tag or remote.digest}
    yield status(f"Digest: {parts.digest}")
    yield status("Already exists" if known else "Waiting", layer)
    for _ in range(2):
        yield advance("Extracting", layer, parts.size, parts.size)
    yield status("Complete", layer)
    if not known:
        yield status("Download complete", layer)


def _granted(parts: PluginParts, source: Source) -> bool:
    asked_for = plugin_configs.privileges(parts.config)
    return source.granted is None or plugin_configs.granted(asked_for, source.granted)


def _kept(world: World, name: str, parts: PluginParts, *, reference: str) -> Plugin:
    settings = plugin_configs.first_settings(parts.config)
    plugin = Plugin(world.ids.digest(), name, parts, reference=reference, settings=settings)
    _change(world, plugin)
    return plugin


def _change(world: World, plugin: Plugin) -> None:
    world.plugins[plugin.id] = plugin
    world.tell()
