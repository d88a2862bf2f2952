"""The settings of a plugin, changed by texts such as DEBUG=1 and data.source=/srv."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harness.fake.plugins.values import Plugin
from harness.fake.requests.answer import bad_request
from harness.fake.requests.fields import Fields, fields_of
from harness.model.spec import Json


@dataclass(frozen=True, slots=True)
class _Setting:
    """A text of the form name[.field][=value]."""

    name: str
    field: str
    value: str

    def refuse_unless(self, field: str, settable: list[str]) -> None:
        """Refuse with 400 a setting of what must not be set."""
        if (self.field or field) != field or field not in settable:
            shown = f"{self.name}.{self.field}" if self.field else self.name
            raise bad_request(f'"{shown}" is not settable')


def changed(plugin: Plugin, texts: Iterable[str]) -> dict[str, Json]:
    """Return the settings of a plugin with changes; refuse with 400 what cannot be set."""
    settings = dict(plugin.settings)
    for setting in [_read(text) for text in texts]:
        settings = _with(plugin.parts.config, settings, setting)
    return settings


def _read(text: str) -> _Setting:
    name, _, value = text.partition("=")
    if text.startswith("="):
        raise bad_request("invalid format, must be <name>[.<field>][=<value>]")
    before, dot, field = name.rpartition(".")
    return _Setting(before, field, value) if dot and before else _Setting(name, "", value)


def _with(
    config: Mapping[str, Json], settings: dict[str, Json], setting: _Setting
) -> dict[str, Json]:
    """Return settings with one of mounts, devices, environment and arguments changed."""
    fields = Fields(config)
    for kind, field in (("Mounts", "Source"), ("Devices", "Path")):
        for place, each in enumerate(Fields(settings).each(kind)):
            if each.text("Name") == setting.name:
                setting.refuse_unless(field.lower(), each.texts("Settable"))
                elements = list(Fields(settings).elements(kind))
                elements[place] = each.copy(**{field: setting.value})
                return {**settings, kind: elements}
    for variable in map(fields_of, fields.elements("Env")):
        if variable.text("Name") == setting.name:
            setting.refuse_unless("value", variable.texts("Settable"))
            return {**settings, "Env": _environment(Fields(settings).texts("Env"), setting)}
    arguments = fields.fields("Args")
    if arguments.text("Name") != setting.name:
        raise bad_request(f'setting "{setting.name}" not found in the plugin configuration')
    setting.refuse_unless("value", arguments.texts("Settable"))
    return {**settings, "Args": [*setting.value.split(" ")]}


def _environment(environment: list[str], setting: _Setting) -> list[Json]:
    written = f"{setting.name}={setting.value}"
    start = f"{setting.name}="
    if any(each.startswith(start) for each in environment):
        return [written if each.startswith(start) else each for each in environment]
    return [*environment, written]
