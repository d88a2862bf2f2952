"""The configuration of a plugin: read from its archive, made up, and what it asks to be granted."""

import json
from collections.abc import Iterator, Mapping
from functools import cache

from harness.fake.files.trees import is_below, read_tar, rebased, write_tar
from harness.fake.images.configs import digest_of
from harness.fake.plugins.values import PluginParts
from harness.fake.requests.answer import RefusedError, bad_request
from harness.fake.requests.bodies import decode_fields
from harness.fake.requests.fields import Fields, fields_of
from harness.fake.values import File
from harness.model.spec import Json, Schema
from harness.specs.library import load, versions

_NO_ROOT = "no rootfs found: EOF"
_GZIPPED = b"\x1f\x8b"
_SHORTEST_ARCHIVE = 512
_CLOSED_NETWORKS = frozenset({"", "null", "bridge"})
_SOCKET = "contract.sock"
_CONFIG_TYPE = "application/vnd.docker.plugin.v1+json"
_LAYER_TYPE = "application/vnd.docker.image.rootfs.diff.tar.gzip"


def read_archive(content: bytes, engine: str) -> PluginParts:
    """Return the plugin in an archive of config.json and rootfs; refuse with 400 what has none.

    `engine` is the version of the daemon that it is made by.
    """
    files = _files(content)
    root = {path: file for path, file in files.items() if is_below(path, "/rootfs")}
    if "/rootfs" not in files and not root:
        raise bad_request(_NO_ROOT)
    written = files.get("/config.json")
    if written is None or written.kind != "file":
        raise bad_request("config not found")
    try:
        fields = decode_fields(written.content, _schema())
    except RefusedError as error:
        raise bad_request(f"failed to parse config: {error.message}") from error
    archive = write_tar(rebased(root, "/rootfs", "/"))
    return _parts({**_filled(fields), "DockerVersion": engine}, archive)


def made_up(name: str) -> PluginParts:
    """Return the plugin that a registry has under a name that nobody pushed: it does nothing."""
    setting: Json = {"Name": "DEBUG", "Value": "0", "Settable": ["value"]}
    fields = Fields(
        {
            "Description": "A plugin that does nothing",
            "Entrypoint": ["/plugin"],
            "WorkDir": "/",
            "Interface": {"Types": ["docker.dummy/1.0"], "Socket": _SOCKET},
            "Network": {"Type": "none"},
            "Linux": {"Capabilities": [], "AllowAllDevices": False, "Devices": []},
            "Mounts": [],
            "Env": [setting],
            "Args": {"Name": "args", "Value": [], "Settable": ["value"]},
        }
    )
    archive = write_tar({"/plugin": File(content=name.encode(), mode=0o755)})
    return _parts(_filled(fields), archive)


def first_settings(config: Mapping[str, Json]) -> dict[str, Json]:
    """Return the settings of a plugin that nobody has set anything of."""
    fields = Fields(config)
    valued = [each for each in fields.each("Env") if "Value" in each]
    env: list[Json] = [f"{each.text('Name')}={each.text('Value')}" for each in valued]
    return {
        "Args": fields.fields("Args").elements("Value"),
        "Devices": fields.fields("Linux").elements("Devices"),
        "Env": env,
        "Mounts": fields.elements("Mounts"),
    }


def privileges(config: Mapping[str, Json]) -> list[Json]:
    """Return what installing a plugin has to grant."""
    return [
        {"Name": name, "Description": description, "Value": value}
        for name, description, value in _privileges(Fields(config))
    ]


def granted(asked_for: list[Json], given: list[Json]) -> bool:
    """Tell whether just those privileges are given that are asked for, in any order."""
    return _sorted(asked_for) == _sorted(given)


def capabilities(config: Mapping[str, Json]) -> list[str]:
    """Return what a plugin can do: volumedriver for the type docker.volumedriver/1.0."""
    types = Fields(config).fields("Interface").texts("Types")
    return [each.partition("/")[0].rpartition(".")[2] for each in types]


@cache
def _schema() -> Schema:
    """Return the schema of Config, by whose names and types archives are read."""
    inspect = load(versions()[-1]).operations["PluginInspect"]
    schema = inspect.responses[200].schema
    return schema.properties["Config"] if schema else Schema(pointer="")


def _files(content: bytes) -> dict[str, File]:
    if content.startswith(_GZIPPED):
        raise bad_request("failed to read from tar: archive/tar: invalid tar header")
    if len(content) < _SHORTEST_ARCHIVE:
        raise bad_request(_NO_ROOT)
    try:
        return read_tar(content)
    except RefusedError as error:
        raise bad_request(f"failed to read from tar: {error.message}") from error


def _parts(config: dict[str, Json], archive: bytes) -> PluginParts:
    root = digest_of(archive)
    digests: list[Json] = [root]
    config["rootfs"] = {"type": "layers", "diff_ids": digests}
    written = json.dumps(config, sort_keys=True).encode()
    described = {"digest": digest_of(written), "mediaType": _CONFIG_TYPE, "size": len(written)}
    layer = {"digest": root, "mediaType": _LAYER_TYPE, "size": len(archive)}
    manifest = json.dumps({"schemaVersion": 2, "config": described, "layers": [layer]}).encode()
    return PluginParts(
        config=config,
        config_digest=digest_of(written),
        root=root,
        size=len(archive),
        digest=digest_of(manifest),
        manifest_size=len(manifest),
    )


def _filled(fields: Fields) -> dict[str, Json]:
    """Return a Config with all that it always says."""
    args, linux = fields.fields("Args"), fields.fields("Linux")
    interface, network, user = (fields.fields(name) for name in ("Interface", "Network", "User"))
    return {
        "Args": {**_named(args), "Value": args.raw("Value")},
        "Description": fields.text("Description"),
        "Documentation": fields.text("Documentation"),
        "Entrypoint": fields.raw("Entrypoint"),
        "Env": _each(fields.raw("Env"), "Value"),
        "Interface": {"Socket": interface.text("Socket"), "Types": interface.raw("Types")},
        "IpcHost": fields.flag("IpcHost"),
        "Linux": {
            "AllowAllDevices": linux.flag("AllowAllDevices"),
            "Capabilities": linux.raw("Capabilities"),
            "Devices": _each(linux.raw("Devices"), "Path"),
        },
        "Mounts": _mounts(fields.raw("Mounts")),
        "Network": {"Type": network.text("Type")},
        "PidHost": fields.flag("PidHost"),
        "PropagatedMount": fields.text("PropagatedMount"),
        "User": {name: user.raw(name) for name in ("GID", "UID") if user.number(name)},
        "WorkDir": fields.text("WorkDir"),
    }


def _named(fields: Fields) -> dict[str, Json]:
    return {
        "Description": fields.text("Description"),
        "Name": fields.text("Name"),
        "Settable": fields.raw("Settable"),
    }


def _each(value: Json, name: str) -> Json:
    if not isinstance(value, list):
        return None
    found = [fields_of(each) for each in value]
    return [{**_named(each), name: each.raw(name)} for each in found]


def _mounts(value: Json) -> Json:
    if not isinstance(value, list):
        return None
    return [
        {
            **_named(each),
            "Destination": each.text("Destination"),
            "Options": each.raw("Options"),
            "Source": each.raw("Source"),
            "Type": each.text("Type"),
        }
        for each in map(fields_of, value)
    ]


def _privileges(config: Fields) -> Iterator[tuple[str, str, list[Json]]]:
    network, linux = config.fields("Network").text("Type"), config.fields("Linux")
    if network not in _CLOSED_NETWORKS:
        yield "network", "permissions to access a network", [network]
    for name, space in (("IpcHost", "ipc"), ("PidHost", "pid")):
        if config.flag(name):
            yield f"host {space} namespace", f"allow access to host {space} namespace", ["true"]
    for mount in config.each("Mounts"):
        if "Source" in mount:
            yield "mount", "host path to mount", [mount.text("Source")]
    for device in linux.each("Devices"):
        if "Path" in device:
            yield "device", "host device to access", [device.text("Path")]
    if linux.flag("AllowAllDevices"):
        yield "allow-all-devices", "allow 'rwm' access to all devices", ["true"]
    if linux.elements("Capabilities"):
        description = "list of additional capabilities required"
        yield "capabilities", description, linux.elements("Capabilities")


def _sorted(asked_for: list[Json]) -> list[tuple[str, list[str]]]:
    found = map(fields_of, asked_for)
    return sorted((each.text("Name"), each.texts("Value")) for each in found)
