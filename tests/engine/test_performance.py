"""Scenarios are played within the tier, and leave nothing behind."""

import pytest

from harness.cli.wire_run import play
from harness.fake import FakeDaemon
from harness.model.errors import UsageError
from harness.model.events import Leaked
from harness.model.settings import CertifySettings
from harness.model.stage import UNKNOWN, Story
from harness.model.tables import Tier
from harness.model.version import ApiVersion

V30 = ApiVersion(1, 30)


def played(tell, *, tier=Tier.SCOPED, story_tier=Tier.SCOPED, host="", emit=lambda _: None):
    """Play one story on a fake, and return what came of it."""
    settings = CertifySettings(
        host=host, engine="" if host else "fake", versions="1.30", tier=tier, image=""
    )
    (found,) = play(settings, [V30], [Story("made/up", story_tier, tell)], emit)
    return found


def test_every_step_is_told_in_order_and_names_the_story():
    def tell(engine):
        name = engine.name("one")
        made = engine.call("VolumeCreate", {"Name": name, "Labels": engine.labels})
        assert (made.status, made.text("/Name"), made.text("/Nothing")) == (201, name, UNKNOWN)
        engine.call("VolumeList", filters={"name": [name]})

    found = played(tell)
    assert found.reason == ""
    assert [(each.call.operation, each.call.at, each.call.number) for each in found.exchanges] == [
        ("VolumeCreate", "made/up", 0),
        ("VolumeList", "made/up", 1),
    ]
    assert found.exchanges[1].call.query[0][0] == "filters"


def test_waiting_is_no_step_and_what_is_not_there_is_not_waited_for():
    def tell(engine):
        assert not engine.until("ContainerInspect", "/State/Running", wanted=True, at="gone")
        assert engine.until("SystemInfo", "/OSType", "linux")

    found = played(tell)
    assert (found.reason, found.exchanges) == ("", ())


def test_a_story_beyond_the_tier_is_not_begun():
    found = played(pytest.fail, story_tier=Tier.DISRUPTIVE)
    assert found.reason == "disturbs more than the tier scoped admits"
    assert found.exchanges == ()


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        ("SwarmInit", "made/up: SwarmInit is beyond the tier scoped"),
        ("ContainerDance", "made/up: no document has an operation ContainerDance"),
    ],
)
def test_a_call_that_may_not_be_is_refused(operation, message):
    with pytest.raises(UsageError, match=message):
        played(lambda engine: engine.call(operation))


def test_a_story_that_fails_tells_where():
    def tell(engine):
        engine.call("SystemPing")
        assert engine.call("SystemPing").status == 0, "it answers"

    found = played(tell)
    assert found.reason.startswith("ended at step 2: it answers")
    assert len(found.exchanges) == 2


def test_what_a_story_made_is_removed():
    def tell(engine):
        engine.call("VolumeCreate", {"Name": engine.name("own"), "Labels": engine.labels})
        engine.call("SwarmInit", {"ListenAddr": engine.swarm_address})
        secret = {"Name": engine.name("own"), "Labels": engine.labels, "Data": "eA=="}
        engine.call("SecretCreate", secret)

    heard = []
    with FakeDaemon(images=["busybox:latest"]) as daemon:
        found = played(
            tell,
            tier=Tier.DISRUPTIVE,
            story_tier=Tier.DISRUPTIVE,
            host=daemon.host,
            emit=heard.append,
        )
    assert [each.reply.status for each in found.exchanges] == [201, 200, 201]
    assert [each for each in heard if isinstance(each, Leaked)] == []
