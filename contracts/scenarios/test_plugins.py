"""Plugins, made here or pulled from a registry."""

from contracts.scenarios.making import JSON
from contracts.scenarios.swarming import MALFORMED
from harness.model.call import Pairs
from harness.model.spec import Json
from harness.model.stage import UNKNOWN, Stage
from harness.model.tables import Tier

TIER = Tier.DISRUPTIVE


def test_a_plugin_is_pulled_and_upgraded(engine: Stage) -> None:
    """A plugin is pulled once its privileges are granted, upgraded while disabled, and removed."""
    remote, auth = f"{engine.hosted('plugin')}:latest", _auth(engine)
    # Named as if it came from the registry, where a daemon that asks for it by that name looks.
    name = engine.hosted("installed")
    granted = engine.call("GetPluginPrivileges", headers=auth, remote=remote).json
    engine.call("PluginPull", granted, headers=auth, remote=remote, name=name)
    engine.call("PluginList")
    engine.call("PluginInspect", at=name)
    engine.call("PluginPull", granted, headers=auth, remote=remote, name=name)
    engine.call("PluginUpgrade", granted, at=name, headers=auth, remote=remote)
    engine.call("PluginEnable", at=name, timeout=2)
    engine.call("PluginUpgrade", granted, at=name, headers=auth, remote=remote)
    engine.call("PluginDelete", at=name)
    engine.call("PluginDelete", at=name, force=True)
    engine.call("PluginInspect", at=name)
    # As the first versions have it: the name is what is looked for.
    engine.call("GetPluginPrivileges", headers=auth, name=remote)
    engine.call("PluginPull", granted, headers=auth, name=remote)
    engine.call("PluginDelete", at=remote, force=True)


def test_a_plugin_is_made_set_and_used(engine: Stage) -> None:
    """A plugin is set while it is disabled, and found by whether it is; an enabled one stays."""
    name = engine.name("made")
    engine.call("PluginCreate", engine.archive("plugin"), name=name)
    engine.call("PluginInspect", at=name)
    engine.call("PluginCreate", engine.archive("plugin"), name=name)
    settings: tuple[list[Json], ...] = (["DEBUG=1"], ["CONTRACT=1"], ["args=a b"], [])
    for each in settings:
        engine.call("PluginSet", each, at=name)
    engine.call("PluginInspect", at=name)
    engine.call("PluginDisable", at=name)
    engine.call("PluginEnable", at=name)
    engine.call("PluginEnable", at=name, timeout="contract")
    engine.call("PluginEnable", at=name, timeout=2)
    engine.call("PluginEnable", at=name, timeout=2)
    engine.call("PluginSet", ["DEBUG=0"], at=name)
    for filters in _filters():
        engine.call("PluginList", filters=filters)
    engine.call("PluginList", filters="contract")
    engine.call("PluginDelete", at=name)
    engine.call("PluginDisable", at=name)
    engine.call("PluginEnable", at=name, timeout=2)
    engine.call("PluginDisable", at=name, force=True)
    engine.call("PluginDelete", at=name)


def test_a_plugin_is_pushed(engine: Stage) -> None:
    """A plugin made here is pushed to the registry that its name tells, and no other can be."""
    name = engine.hosted("pushed")
    engine.call("PluginCreate", engine.archive("plugin"), name=name)
    engine.call("PluginPush", at=name, headers=_auth(engine))
    engine.call("PluginPush", at=UNKNOWN, headers=_auth(engine))
    engine.call("PluginDelete", at=name, force=True)
    engine.call("GetPluginPrivileges", headers=_auth(engine), remote=name)


def test_a_plugin_that_is_not_there_is_refused(engine: Stage) -> None:
    """No daemon has a plugin that nobody made; none is made of what makes no sense."""
    engine.call("PluginInspect", at=UNKNOWN)
    engine.call("PluginSet", ["DEBUG=1"], at=UNKNOWN)
    engine.call("PluginEnable", at=UNKNOWN, timeout=1)
    engine.call("PluginDisable", at=UNKNOWN)
    engine.call("PluginDelete", at=UNKNOWN)
    engine.call("PluginCreate", engine.archive("files"), name=engine.name("empty"))
    engine.call("PluginCreate", engine.archive("plugin"), name="Not/A/Name")
    absent = f"{engine.hosted('absent')}:latest"
    engine.call("GetPluginPrivileges", headers=_auth(engine), remote=absent)
    engine.call("GetPluginPrivileges", headers=_auth(engine), remote="Not/A/Name")
    engine.call("PluginPull", [], headers=_auth(engine), remote=absent, name=absent)
    engine.call("PluginPull", MALFORMED, media_type=JSON, remote=absent, name=absent)
    engine.call("PluginUpgrade", [], at=UNKNOWN, headers=_auth(engine), remote=absent)
    remote, name = f"{engine.hosted('plugin')}:latest", engine.hosted("ungranted")
    wanted: Json = [{"Name": "network", "Description": "", "Value": ["host"]}]
    engine.call("PluginPull", wanted, headers=_auth(engine), remote=remote, name=name)


def _filters() -> tuple[dict[str, Json], ...]:
    return (
        {"enabled": ["true"]},
        {"enabled": ["false"]},
        {"enable": ["true"]},
        {"enabled": ["contract"]},
        {"capability": ["dummy"]},
        {"capability": [UNKNOWN]},
    )


def _auth(engine: Stage) -> Pairs:
    return (("X-Registry-Auth", engine.auth),)
