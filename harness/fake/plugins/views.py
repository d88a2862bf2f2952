"""Plugins as replies show them: as the API has them since 1.25, and as it had them at 1.24."""

from harness.fake.plugins.values import Plugin
from harness.fake.requests.fields import Fields
from harness.model.spec import Json


def shown(plugin: Plugin) -> dict[str, Json]:
    """Return a plugin with Config, which it came with, and Settings, which can be changed."""
    return {
        "Config": dict(plugin.parts.config),
        "Enabled": plugin.enabled,
        "Id": plugin.id,
        "Name": plugin.name,
        "PluginReference": plugin.reference,
        "Settings": dict(plugin.settings),
    }


def shown_before(plugin: Plugin) -> dict[str, Json]:
    """Return a plugin with Manifest, which it came with, and Config, which can be changed."""
    config = Fields(plugin.parts.config)
    linux, user = config.fields("Linux"), config.fields("User")
    name, _, tag = plugin.name.rpartition(":")
    return {
        "Active": plugin.enabled,
        "Config": dict(plugin.settings),
        "Id": plugin.id,
        "Manifest": {
            "ManifestVersion": "v0",
            **config.copy(
                Capabilities=linux.raw("Capabilities"),
                Devices=linux.raw("Devices"),
                User={"Gid": user.number("GID"), "Uid": user.number("UID")},
                Workdir=config.text("WorkDir"),
            ),
        },
        "Name": name,
        "Tag": tag,
    }
