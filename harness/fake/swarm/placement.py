"""On which node a task runs."""

import re
from collections.abc import Iterable

from harness.fake.requests.answer import bad_request
from harness.fake.requests.fields import Fields
from harness.fake.swarm.values import Cluster, Node, Task

_CONSTRAINT = re.compile(r"\s*([\w.\-/]+?)\s*(==|!=)\s*(.+?)\s*", re.ASCII)


def check_constraints(texts: Iterable[str]) -> None:
    """Refuse with 400 what is no constraint."""
    for text in texts:
        if "==" not in text and "!=" not in text:
            # dockerd answers 500, though the text is the client's.
            words = "constraint expected one operator from ==, !="
            raise bad_request(f"rpc error: code = Unknown desc = {words}")


def node_for(cluster: Cluster, task: Task) -> Node | None:
    """Return the node that takes a task: the one with the fewest of its service; None for none."""
    fitting = [node for node in list(cluster.nodes.values()) if takes(node, task.spec)]
    if task.node:
        fitting = [node for node in fitting if node.id == task.node]
    return min(fitting, key=lambda node: _load(cluster, task, node), default=None)


def takes(node: Node, template: Fields) -> bool:
    """Tell whether a node takes new tasks of a template."""
    return (
        node.state == "ready"
        and node.availability == "active"
        and admits(node, template)
        and _suffices(node, template.fields("Resources").fields("Reservations"))
    )


def admits(node: Node, template: Fields) -> bool:
    """Tell whether a node is what the constraints of a template ask for."""
    return all(_holds(node, text) for text in template.fields("Placement").texts("Constraints"))


def why_none(cluster: Cluster, template: Fields) -> str:
    """Return why no node takes a task of a template, in the words of the scheduler."""
    nodes = list(cluster.nodes.values())
    able = [each for each in nodes if each.state == "ready" and each.availability == "active"]
    reasons = []
    if len(able) < len(nodes):
        reasons.append(f"{_nodes(len(nodes) - len(able))} not available for new tasks")
    unfit = [each for each in able if not admits(each, template)]
    if unfit:
        reasons.append(f"scheduling constraints not satisfied on {_nodes(len(unfit))}")
    if len(unfit) < len(able):
        reasons.append(f"insufficient resources on {_nodes(len(able) - len(unfit))}")
    return f"no suitable node ({'; '.join(reasons)})" if reasons else "no suitable node"


def _nodes(number: int) -> str:
    return "1 node" if number == 1 else f"{number} nodes"


def _load(cluster: Cluster, task: Task, node: Node) -> tuple[int, int, str]:
    here = [each for each in list(cluster.tasks.values()) if each.node == node.id and each.wanted]
    own = [each for each in here if each.service == task.service]
    return len(own), len(here), node.id


def _holds(node: Node, text: str) -> bool:
    match = _CONSTRAINT.fullmatch(text)
    if match is None:
        return False
    found = _value(node, match[1])
    if found is None:
        return False
    return (found.lower() == match[3].lower()) is (match[2] == "==")


def _value(node: Node, key: str) -> str | None:
    """Return what a node has under the key of a constraint; None for keys that mean nothing."""
    platform = node.description.fields("Platform")
    known = {
        "node.id": node.id,
        "node.hostname": node.name,
        "node.role": node.spec.text("Role"),
        "node.ip": node.address,
        "node.platform.os": platform.text("OS"),
        "node.platform.arch": platform.text("Architecture"),
    }
    if key.lower() in known:
        return known[key.lower()]
    for prefix, labels in (
        ("node.labels.", node.spec.pairs("Labels")),
        ("engine.labels.", node.description.fields("Engine").pairs("Labels")),
    ):
        if key.lower().startswith(prefix):
            return labels.get(key[len(prefix) :], "")
    return None


def _suffices(node: Node, wanted: Fields) -> bool:
    there = node.description.fields("Resources")
    return all(wanted.number(name) <= there.number(name) for name in ("NanoCPUs", "MemoryBytes"))
