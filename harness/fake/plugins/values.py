"""What a fake knows of a plugin."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.model.spec import Json


@dataclass(frozen=True, slots=True)
class PluginParts:
    """What a registry keeps of a plugin; `config` is Config of the API.

    `digest` is that of its manifest, `root` that of its files; sizes are in bytes.
    """

    config: Mapping[str, Json]
    config_digest: str
    root: str
    size: int
    digest: str
    manifest_size: int


@dataclass(frozen=True, slots=True)
class Plugin:
    """A plugin; `name` has its tag, `reference` is where it came from."""

    id: str
    name: str
    parts: PluginParts
    reference: str = ""
    enabled: bool = False
    settings: Mapping[str, Json] = field(default_factory=dict)  # Settings of the API
