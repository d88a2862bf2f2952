"""What the fake does for each operation, by its id; a module for each kind of resource."""

from collections.abc import Mapping

from harness.fake.handlers import (
    building,
    configs,
    containers,
    events,
    files,
    images,
    networks,
    nodes,
    plugins,
    secrets,
    services,
    streams,
    swarm,
    system,
    tasks,
    transfer,
    volumes,
)
from harness.fake.requests.service import Handler

HANDLERS: Mapping[str, Handler] = {
    **containers.HANDLERS,
    **streams.HANDLERS,
    **files.HANDLERS,
    **images.HANDLERS,
    **transfer.HANDLERS,
    **building.HANDLERS,
    **volumes.HANDLERS,
    **networks.HANDLERS,
    **system.HANDLERS,
    **events.HANDLERS,
    **plugins.HANDLERS,
    **swarm.HANDLERS,
    **nodes.HANDLERS,
    **services.HANDLERS,
    **tasks.HANDLERS,
    **secrets.HANDLERS,
    **configs.HANDLERS,
}
