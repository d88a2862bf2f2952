"""Plugins: listed, made, pulled, granted, enabled, set, pushed and removed."""

from harness.fake.images.references import parse
from harness.fake.images.remote import credentials_of
from harness.fake.plugins import configs as plugin_configs
from harness.fake.plugins import state as plugin_state
from harness.fake.plugins import views as plugin_views
from harness.fake.plugins.state import Source
from harness.fake.plugins.values import Plugin
from harness.fake.requests.answer import Answer, RefusedError, bad_request, done
from harness.fake.requests.asked import Asked
from harness.fake.requests.bodies import parse_json
from harness.fake.requests.service import Handler
from harness.fake.world import World
from harness.model.spec import Json


def _list(world: World, asked: Asked) -> Answer:
    filters = asked.filters("enabled", "capability")
    enabled = filters.truth("enabled")
    found = [
        plugin
        for plugin in world.plugins.values()
        if enabled in {None, plugin.enabled}
        # One that can do nothing by name passes, as at dockerd.
        and all(
            filters.matching("capability", each)
            for each in plugin_configs.capabilities(plugin.parts.config)
        )
    ]
    return Answer(value=[_shown(asked, plugin) for plugin in found])


def _inspect(world: World, asked: Asked) -> Answer:
    return Answer(value=_shown(asked, plugin_state.plugin_of(world, asked.name)))


def _shown(asked: Asked, plugin: Plugin) -> Json:
    remade = asked.passed("plugins-remade")
    return plugin_views.shown(plugin) if remade else plugin_views.shown_before(plugin)


def _privileges(world: World, asked: Asked) -> Answer:
    source = _source(asked, "remote")
    return Answer(value=plugin_state.privileges(world, source.remote, source.credentials))


def _pull(world: World, asked: Asked) -> Answer:
    if not asked.passed("plugins-remade"):
        return _pull_before(world, asked)
    source = _source(asked, "remote", _granted(asked))
    name = plugin_state.local_name(source.remote, asked.text("name"))
    lines = plugin_state.install(world, name, source)
    return Answer(lines=lines, headers={"Docker-Plugin-Name": name})


def _pull_before(world: World, asked: Asked) -> Answer:
    source = _source(asked, "name")
    plugin_state.install(world, plugin_state.local_name(source.remote, ""), source)
    return Answer(value=plugin_state.privileges(world, source.remote, source.credentials))


def _upgrade(world: World, asked: Asked) -> Answer:
    source = _source(asked, "remote", _granted(asked))
    name = plugin_state.local_name(source.remote, asked.name)
    lines = plugin_state.upgrade(world, name, source)
    return Answer(lines=lines, headers={"Docker-Plugin-Name": name})


def _create(world: World, asked: Asked) -> Answer:
    plugin_state.create(world, asked.text("name"), asked.raw)
    return done()


def _enable(world: World, asked: Asked) -> Answer:
    asked.number("timeout")
    plugin_state.enable(world, asked.name)
    return Answer()


def _disable(world: World, asked: Asked) -> Answer:
    plugin_state.disable(world, asked.name)
    return Answer()


def _delete(world: World, asked: Asked) -> Answer:
    plugin_state.remove(world, asked.name, force=asked.flag("force"))
    return Answer()


def _push(world: World, asked: Asked) -> Answer:
    return Answer(lines=plugin_state.push(world, asked.name, credentials_of(asked.registry_auth())))


def _set(world: World, asked: Asked) -> Answer:
    value = asked.value()
    settings = [
        each if isinstance(each, str) else "" for each in (value if isinstance(value, list) else [])
    ]
    plugin_state.configure(world, asked.name, settings)
    return done()


def _source(asked: Asked, parameter: str, granted: list[Json] | None = None) -> Source:
    remote = parse(asked.text(parameter))
    return Source(remote, credentials_of(asked.registry_auth()), granted)


def _granted(asked: Asked) -> list[Json]:
    """Return the privileges that the body grants, and nothing may follow it."""
    if not asked.raw.strip():
        raise bad_request("failed to parse privileges: EOF")
    try:
        value = asked.value()
    except RefusedError as error:
        raise bad_request(f"failed to parse privileges: {error.message}") from error
    try:
        parse_json(asked.raw.decode(errors="replace"), whole=True)
    except RefusedError as error:
        raise bad_request("invalid privileges") from error
    return value if isinstance(value, list) else []


HANDLERS: dict[str, Handler] = {
    "GetPluginPrivileges": _privileges,
    "PluginCreate": _create,
    "PluginDelete": _delete,
    "PluginDisable": _disable,
    "PluginEnable": _enable,
    "PluginInspect": _inspect,
    "PluginList": _list,
    "PluginPull": _pull,
    "PluginPush": _push,
    "PluginSet": _set,
    "PluginUpgrade": _upgrade,
}
