"""Swarms, nodes, services, tasks, secrets and configs as the API shows them."""

from collections.abc import Mapping

from harness.fake.clock import timestamp
from harness.fake.requests.fields import Fields
from harness.fake.swarm.networks import predefined
from harness.fake.swarm.store import LOCKED
from harness.fake.swarm.trust import tls_info
from harness.fake.swarm.values import (
    Cluster,
    Config,
    Node,
    Secret,
    Service,
    Stored,
    Task,
    TaskState,
    UpdateStatus,
)
from harness.fake.values import Network
from harness.fake.world import World
from harness.model.spec import Json

_PORT = 4789  # of the data that networks of swarms carry
_TWO_MANAGERS = """\
WARNING: Running Swarm in a two-manager configuration. This configuration provides
         no fault tolerance, and poses a high risk to lose control over the cluster.
         Refer to https://docs.docker.com/engine/swarm/admin_guide/ to configure the
         Swarm for fault-tolerance."""


def swarm_info(world: World) -> dict[str, Json]:
    """Return the member Swarm of /info."""
    swarm = world.swarm
    if swarm is None:
        return _info("", "", "inactive")
    if swarm.locked:
        return _info("", swarm.address, "locked", error=LOCKED)
    cluster = swarm.cluster
    managers = [node for node in list(cluster.nodes.values()) if node.is_manager]
    shown = _info(swarm.node, swarm.address, "active", managers=managers)
    if swarm.is_manager:
        shown |= {
            "ControlAvailable": True,
            "Nodes": len(cluster.nodes),
            "Managers": len(managers),
            "Cluster": cluster_shown(cluster),
        }
        if len(managers) == 2:  # noqa: PLR2004 - where losing one loses all
            shown["Warnings"] = [_TWO_MANAGERS]
    return shown


def cluster_shown(cluster: Cluster) -> dict[str, Json]:
    """Return a swarm as /info shows it, without the tokens to join it."""
    return {
        "ID": cluster.id,
        "Version": {"Index": cluster.own_index},
        "CreatedAt": timestamp(cluster.created),
        "UpdatedAt": timestamp(cluster.updated),
        "Spec": dict(cluster.spec.values),
        "TLSInfo": tls_info(),
        "RootRotationInProgress": False,
        "DefaultAddrPool": ["10.0.0.0/8"],
        "SubnetSize": 24,
        "DataPathPort": _PORT,
    }


def swarm_shown(cluster: Cluster) -> dict[str, Json]:
    """Return a swarm as its inspect shows it."""
    tokens: Mapping[str, Json] = {role.title(): text for role, text in cluster.tokens.items()}
    return {**cluster_shown(cluster), "JoinTokens": dict(tokens)}


def node_shown(cluster: Cluster, node: Node) -> dict[str, Json]:
    """Return a node as list and inspect show it."""
    status: dict[str, Json] = {"State": node.state, "Addr": node.address}
    if node.message:
        status["Message"] = node.message
    shown: dict[str, Json] = {
        **_stored(node),
        "Spec": dict(node.spec.values),
        "Description": {**node.description.values, "TLSInfo": tls_info()},
        "Status": status,
    }
    if node.is_manager:
        shown["ManagerStatus"] = _manager(cluster, node)
    return shown


def service_shown(service: Service, *, spec: Fields | None = None) -> dict[str, Json]:
    """Return a service as list and inspect show it, with another spec where one is given."""
    endpoint_spec = service.spec.fields("EndpointSpec")
    shown: dict[str, Json] = {
        **_stored(service),
        "Spec": dict((spec or service.spec).values),
        "Endpoint": _endpoint(service, endpoint_spec),
    }
    if service.previous is not None:
        shown["PreviousSpec"] = dict(service.previous.values)
    if service.update is not None:
        shown["UpdateStatus"] = _update(service.update)
    return shown


def task_shown(world: World, cluster: Cluster, task: Task) -> dict[str, Json]:
    """Return a task as list and inspect show it."""
    shown: dict[str, Json] = {
        **_stored(task),
        "Labels": {},
        "Spec": dict(task.spec.values),
        "ServiceID": task.service,
        "Status": _status(task),
        "DesiredState": str(task.desired),
    }
    if task.slot:
        shown["Slot"] = task.slot
    if task.node:
        shown["NodeID"] = task.node
    known = world.networks | {each.id: each for each in predefined(world)}
    attached: list[Json] = [
        _attached(cluster, known[network], address)
        for network, address in task.attached.items()
        if network in known
    ]
    if attached:
        shown["NetworksAttachments"] = attached
    return shown


def secret_shown(secret: Secret) -> dict[str, Json]:
    """Return a secret as list and inspect show it: without its data."""
    spec = {name: value for name, value in secret.spec.values.items() if name != "Data"}
    return {**_stored(secret), "Spec": spec}


def config_shown(config: Config) -> dict[str, Json]:
    """Return a config as list and inspect show it: with its data."""
    return {**_stored(config), "Spec": dict(config.spec.values)}


def _info(
    node: str, address: str, state: str, *, error: str = "", managers: list[Node] | None = None
) -> dict[str, Json]:
    remotes: list[Json] | None = None
    if managers is not None:
        remotes = [{"NodeID": each.id, "Addr": each.listens} for each in managers]
    return {
        "NodeID": node,
        "NodeAddr": address,
        "LocalNodeState": state,
        "ControlAvailable": False,
        "Error": error,
        "RemoteManagers": remotes,
    }


def _stored(stored: Stored) -> dict[str, Json]:
    return {
        "ID": stored.id,
        "Version": {"Index": stored.index},
        "CreatedAt": timestamp(stored.created),
        "UpdatedAt": timestamp(stored.updated),
    }


def _manager(cluster: Cluster, node: Node) -> dict[str, Json]:
    reachability = "reachable" if node.state == "ready" else "unreachable"
    shown: dict[str, Json] = {"Reachability": reachability, "Addr": node.listens}
    if node.world == cluster.home and node.state == "ready":
        shown["Leader"] = True
    return shown


def _endpoint(service: Service, spec: Fields) -> dict[str, Json]:
    if not service.ports and not service.addresses:
        return {"Spec": {}}
    shown: dict[str, Json] = {"Spec": dict(spec.values)}
    if service.ports:
        shown["Ports"] = [dict(port.values) for port in service.ports]
    addresses: list[Json] = [
        {"NetworkID": network, "Addr": address} if address else {"NetworkID": network}
        for network, address in service.addresses.items()
    ]
    if addresses:
        shown["VirtualIPs"] = addresses
    return shown


def _update(update: UpdateStatus) -> dict[str, Json]:
    shown: dict[str, Json] = {"State": update.state, "Message": update.message}
    if update.started:
        shown["StartedAt"] = timestamp(update.started)
    if update.completed:
        shown["CompletedAt"] = timestamp(update.completed)
    return shown


def _status(task: Task) -> dict[str, Json]:
    shown: dict[str, Json] = {
        "Timestamp": timestamp(task.since),
        "State": str(task.state),
        "Message": task.message,
        "PortStatus": {},
    }
    if task.error:
        shown["Err"] = task.error
    if task.state.reached(TaskState.STARTING) and (task.container or task.error):
        shown["ContainerStatus"] = {
            "ContainerID": task.container,
            "PID": task.pid,
            "ExitCode": task.exit_code or 0,
        }
    return shown


def _attached(cluster: Cluster, network: Network, address: str) -> dict[str, Json]:
    spec: dict[str, Json] = {
        "Name": network.name,
        "Labels": dict(network.labels),
        "DriverConfiguration": {} if network.ingress else {"Name": network.driver},
        "Scope": network.scope,
    }
    if network.ingress:
        spec |= {"Ingress": True, "IPAMOptions": {"Driver": {}}}
    if network.attachable:
        spec["Attachable"] = True
    state: dict[str, Json] = {"Name": network.driver}
    pools: dict[str, Json] = {"Driver": {}}
    if network.subnet:
        state["Options"] = dict(network.options)
        row: Json = {"Subnet": network.subnet, "Gateway": network.gateway}
        pools = {"Driver": {"Name": "default"}, "Configs": [row]}
    shown: dict[str, Json] = {
        "Network": {
            "ID": network.id,
            "Version": {"Index": cluster.network_indexes.get(network.id, cluster.own_index)},
            "CreatedAt": timestamp(network.created),
            "UpdatedAt": timestamp(network.created),
            "Spec": spec,
            "DriverState": state,
            "IPAMOptions": pools,
        }
    }
    if address:
        shown["Addresses"] = [address]
    return shown
