"""Plugins for tests: an archive with everything, and what is done to one, as a client does it."""

import io
import json
import tarfile

from fake_asking import ask, post

CONFIG = {
    "description": "all that there is",
    "documentation": "http://example.test",
    "entrypoint": ["/plugin", "serve"],
    "workdir": "/work",
    "interface": {"types": ["docker.volumedriver/1.0", "docker.logdriver/1.0"], "socket": "s.sock"},
    "network": {"type": "host"},
    "linux": {
        "capabilities": ["CAP_A", "CAP_B"],
        "allowAllDevices": True,
        "devices": [{"name": "fuse", "settable": ["path"], "path": "/dev/fuse"}],
    },
    "mounts": [
        {
            "name": "data",
            "settable": ["source"],
            "source": "/srv",
            "destination": "/data",
            "type": "bind",
            "options": ["rbind"],
        },
        {"source": "/var", "destination": "/var", "type": "bind"},
    ],
    "env": [
        {"name": "LEVEL", "description": "how loud", "settable": ["value"], "value": "1"},
        {"name": "FIXED", "value": "2"},
        {"name": "OPEN", "settable": ["value"]},
    ],
    "args": {"name": "ARGS", "settable": ["value"], "value": ["a"]},
    "propagatedmount": "/data",
    "ipchost": True,
    "pidhost": True,
    "user": {"uid": 5, "gid": 6},
}
NETWORK = {"Name": "network", "Description": "permissions to access a network", "Value": ["none"]}
REMOTE = "registry.test/group/plugin"


def archive(config=CONFIG, *, root=b"content", config_name="config.json"):
    """Return the archive of a plugin; of config and root, None leaves it out."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        if config is not None:
            written = config if isinstance(config, bytes) else json.dumps(config).encode()
            add(tar, config_name, written)
        if root is not None:
            add(tar, "rootfs/content", root)
    return buffer.getvalue()


def add(tar, name, content):
    header = tarfile.TarInfo(name)
    header.size = len(content)
    tar.addfile(header, io.BytesIO(content))


def create(service, name="mine", content=None, version="1.30"):
    told = post(service, f"/v{version}/plugins/create?name={name}", content or archive())
    assert told.status == 204, told
    return service


def inspect(service, name="mine", version="1.30"):
    told = ask(service, f"/v{version}/plugins/{name}/json")
    assert told.status == 200, told
    return told.json


def pull(service, name="", remote=REMOTE, granted=(NETWORK,)):
    query = f"remote={remote}" + (f"&name={name}" if name else "")
    return post(service, f"/v1.30/plugins/pull?{query}", [*granted])


def events(service):
    """Return action, actor and name of all that happened."""
    return [(each.action, each.actor, each.attributes["name"]) for each in service.world.events]


def refused(told):
    assert told.status >= 400, told
    return told.status, told.message
