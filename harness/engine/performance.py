"""A scenario, played on the daemon of a run, and what it made removed."""

import contextlib
import secrets
from collections.abc import Callable

from harness.engine.archives import archives
from harness.engine.run import Bench
from harness.engine.stage import LiveStage
from harness.engine.sweep import sweep
from harness.engine.workshop import UnmakeableError, Workshop
from harness.model.call import Exchange
from harness.model.stage import Story
from harness.model.tables import SwarmState, Tier
from harness.model.version import ApiVersion
from harness.specs.tables import Tables


def perform(  # noqa: PLR0913 - a run's parts
    story: Story,
    version: ApiVersion,
    bench: Bench,
    tables: Tables,
    *,
    tier: Tier,
    address: Callable[[], str],
    see: Callable[[Exchange], None],
) -> str:
    """Play a scenario at a version, tell every step to `see`, and remove what it made.

    `tier` is how much the run may disturb, `address` returns where a swarm may listen. Return why
    it was not played to its end; "" where it was.
    """
    if not tier.admits(story.tier):
        return f"disturbs more than the tier {tier} admits"
    swarm, disruptive = bench.swarm, story.tier is Tier.DISRUPTIVE
    try:
        swarm.ensure(SwarmState.OUTSIDE if disruptive else SwarmState.ANY, disruptive=True)
    except UnmakeableError as error:
        return str(error)
    shop = bench.world.shop
    own = Workshop(
        shop.daemon,
        shop.version,
        secrets.token_hex(4),
        image=shop.image,
        registry=shop.registry,
        auth=shop.auth,
    )

    def take(exchange: Exchange) -> None:
        bench.clock.calls += 1
        bench.record(exchange)
        see(exchange)

    stage = LiveStage(
        daemon=shop.daemon,
        shop=own,
        version=version,
        tier=tier,
        tables=tables,
        story=story.name,
        see=take,
        archives=archives(own),
        hosted_run=shop.run,
        address=address,
        quiet=bench.quiet,
    )
    try:
        story.play(stage)
    except AssertionError as error:
        return f"ended at step {stage.steps}: {error}"
    finally:
        if disruptive:
            # It was in none before: what it is in now, the story began.
            swarm.disturbed()
            with contextlib.suppress(UnmakeableError):
                swarm.leave()
        sweep(own, tables.kinds, run=own.run)
    return ""
