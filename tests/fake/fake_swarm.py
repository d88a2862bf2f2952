"""A fake that manages a swarm, and what tests ask of it."""

import json
from urllib.parse import quote

from fake_asking import JSON, ask, post, service_of, world_of

from harness.fake.neighbours import Neighbours
from harness.fake.start import furnish
from harness.fake.world import World

PLACE = {"ListenAddr": "127.0.0.1:2377", "AdvertiseAddr": "127.0.0.1:2377"}
NO_MANAGER = (
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect '
    "this node to swarm and try again."
)


class Manager:
    """A fake daemon, asked at one version."""

    def __init__(self, version="1.33", world=None):
        self.version = version
        self.service = service_of(world or world_of())
        furnish(self.world, ["busybox:latest"])

    @property
    def world(self):
        return self.service.world

    @property
    def cluster(self):
        return self.world.swarm.cluster

    def get(self, path, **filters):
        joined = f"?filters={quote(json.dumps(filters))}" if filters else ""
        return ask(self.service, f"/v{self.version}{path}{joined}")

    def post(self, path, **body):
        return post(self.service, f"/v{self.version}{path}", body, JSON)

    def delete(self, path):
        return ask(self.service, f"/v{self.version}{path}", "DELETE")

    def init(self, **body):
        return self.post("/swarm/init", **{**PLACE, **body})

    def run(self, name="web", *, replicas=1, command=("sleep", "99999"), **more):
        """Make a service, let its tasks come to run, and return its id."""
        made = self.post("/services/create", **service(name, replicas, command, **more))
        assert made.status == 201, made.body
        self.wait(1)
        return made.json["ID"]

    def update(self, name="web", query="", **body):
        index = self.get(f"/services/{name}").json["Version"]["Index"]
        return self.post(f"/services/{name}/update?version={index}{query}", **body)

    def tasks(self, name="web"):
        """Return the tasks of a service, in the order that they were made."""
        found = self.cluster.tasks.values()
        return [task for task in found if task.name.startswith(f"{name}.")]

    def states(self, name="web"):
        return [(task.slot, str(task.state), str(task.desired)) for task in self.tasks(name)]

    def containers(self):
        return sorted(
            (each.name.rpartition(".")[0], str(each.state.status))
            for each in self.world.containers.values()
        )

    def wait(self, seconds):
        """Let time pass, and let happen what is due by then, each thing at its time."""
        end = self.world.now() + seconds
        while (due := self.world.next_due()) is not None and due <= end:
            self.world.clock.advance(max(due - self.world.now(), 0.0))
            self.world.tick()
        self.world.clock.advance(end - self.world.now())
        self.world.tick()

    def told(self, *kinds):
        return [
            (event.kind, event.action, dict(event.attributes))
            for event in self.world.events
            if event.kind in kinds
        ]


def service(name="web", replicas=1, command=("sleep", "99999"), **more):
    """Return a body that asks for a service; `container` and `template` are added inside."""
    container = {
        "Image": "busybox:latest",
        "Command": list(command),
        **more.pop("container", {}),
    }
    template = {
        "ContainerSpec": container,
        "RestartPolicy": {"Condition": "any", "Delay": 2_000_000_000},
        **more.pop("template", {}),
    }
    return {
        "Name": name,
        "TaskTemplate": template,
        "Mode": {"Replicated": {"Replicas": replicas}},
        **more,
    }


def managing(version="1.33", **body):
    """Return a fake that has begun a swarm."""
    manager = Manager(version)
    reply = manager.init(**body)
    assert reply.status == 200, reply.body
    return manager


def neighbours(number=2):
    """Return fakes that can reach one another, the first of them in a swarm of its own."""
    shared = Neighbours()
    found = []
    for last in range(1, number + 1):
        settled = world_of()
        world = World(
            settings=settled.settings,
            clock=settled.clock,
            ids=settled.ids.__class__(f"tests-{last}"),
            address=f"198.18.0.{last}",
            neighbours=shared,
        )
        found.append(Manager(world=world))
    found[0].post("/swarm/init", **at(1))
    return found


def at(last):
    address = f"198.18.0.{last}:2377"
    return {"ListenAddr": address, "AdvertiseAddr": address}
