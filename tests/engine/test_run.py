"""What is told of an exercised operation, and of the smallest call that shows a fault."""

from dataclasses import dataclass, replace
from functools import partial

import pytest
from scripted_daemon import Shelf, refused, reply, world_on

from harness.engine.plan import Planned
from harness.engine.run import Bench, Case, exercise, shrunk
from harness.engine.swarm import Swarm
from harness.generate.shrink import shrink
from harness.model.call import Call, Manner, Reply, Twist
from harness.model.events import CallJudged, OperationJudged, OperationStarted
from harness.model.judgement import Complaint, Finding, Judged, Severity, Streaming, Verdict
from harness.model.spec import Operation, Spec
from harness.model.tables import Cost, Recipe, SwarmState, Tier
from harness.model.version import ApiVersion

OLD, NEW = ApiVersion(1, 30), ApiVersion(1, 31)
OPERATION = Operation("ThingDo", "POST", "/things/{id}/do", (), {}, tags=("Thing",), shape="s1")
RECIPE = Recipe("ThingDo", Tier.SCOPED, path=(("id", "{{container.running}}"),))
POLITE = Call("ThingDo", "POST", OPERATION.path, RECIPE.path)
RUDE = replace(
    POLITE, manner=Manner.RUDE, twist=Twist.EMPTY_VALUE, at="query/a", query=(("a", ""),)
)
OPEN = replace(
    POLITE, manner=Manner.OPEN, twist=Twist.UNKNOWN_QUERY, at="query/odd", query=(("odd", "1"),)
)


def spec(version=OLD, operation=OPERATION):
    return Spec(version, {operation.id: operation})


def no_errors(subject):
    """Judge by one rule: no reply is a 5xx."""
    exchange = subject.exchange
    findings = ()
    if exchange.reply.status >= 500:
        complaint = Complaint("", f"answered {exchange.reply.status}")
        findings = (Finding("no-5xx", Severity.ERROR, "ThingDo", complaint, exchange),)
    verdict = Verdict.BROKEN if findings else Verdict.KEPT
    return Judged(exchange, verdict, ("no-5xx",), findings)


@dataclass
class Run:
    """A bench on a scripted daemon, with the calls that it generates and what it recorded."""

    bench: Bench
    recorded: list

    @property
    def daemon(self):
        return self.bench.daemon

    def sent(self):
        """Return the targets of the operation's own calls."""
        return [target for _, target in self.daemon.heard if target.startswith("/things")]

    def exercised(self, *recipes, version=OLD, reason="", operation=OPERATION):
        planned = Planned(version, "ThingDo", reason)
        return list(exercise(self.bench, spec(version, operation), planned, recipes or (RECIPE,)))


def run_of(*calls, answer=lambda target: reply(200), shelf=None, judge=no_errors, **rest):
    """Make a run whose operation is called so; `answer` answers those calls, by their target."""
    things = shelf or Shelf()

    def answering(method, target, body):
        return answer(target) if target.startswith("/things") else things(method, target, body)

    world = world_on(answering)
    numbered = tuple(replace(call, number=number) for number, call in enumerate(calls or (POLITE,)))
    recorded = []
    bench = Bench(
        daemon=world.shop.daemon,
        world=world,
        swarm=Swarm(world, permitted=False, address=lambda: ""),
        shown_address=world.shop.daemon.address,
        judge=judge,
        generate=lambda spec, operation, recipe: tuple(
            replace(call, path_parameters=recipe.path) for call in numbered
        ),
        record=recorded.append,
        **rest,
    )
    return Run(bench, recorded)


def test_an_operation_is_told_from_its_start_to_its_judgement():
    run = run_of(POLITE, RUDE)
    started, first, second, judged = run.exercised()
    assert started == OperationStarted(OLD, "ThingDo")
    assert isinstance(first, CallJudged)
    assert [event.judged.exchange.call.manner for event in (first, second)] == ["polite", "rude"]
    assert isinstance(judged, OperationJudged)
    assert (judged.version, judged.operation, judged.tags) == (OLD, "ThingDo", ("Thing",))
    assert (judged.verdict, judged.calls, judged.succeeded) == (Verdict.KEPT, 2, True)
    assert (judged.findings, judged.reason) == ((), "")
    assert [exchange.call.manner for exchange in run.recorded] == ["polite", "rude"]
    assert run.bench.clock.calls == 2


def test_what_is_not_planned_is_told_and_not_called():
    run = run_of()
    _, judged = run.exercised(reason="out of the tier")
    assert (judged.verdict, judged.calls, judged.succeeded) == (Verdict.UNTRIED, 0, False)
    assert judged.reason == "out of the tier"
    assert run.daemon.heard == []


@pytest.mark.parametrize(
    ("answer", "succeeded", "reason"),
    [
        (reply(200), True, ""),
        (reply(304), True, ""),
        (reply(101), True, ""),
        (refused(409, "busy"), False, "answered 409: busy"),
        (reply(404, body=b"page not\nfound"), False, "answered 404: page not found"),
        (Reply(0, ending="no-reply"), False, "answered 0: no-reply"),
    ],
)
def test_an_operation_succeeded_where_a_polite_call_did(answer, succeeded, reason):
    *_, judged = run_of(answer=lambda target: answer).exercised()
    assert (judged.succeeded, judged.reason) == (succeeded, reason)


def test_what_a_rude_call_is_answered_is_no_success():
    def answer(target):
        return reply(200) if "?" in target else refused(400, "no")

    *_, judged = run_of(POLITE, RUDE, OPEN, answer=answer).exercised()
    assert (judged.succeeded, judged.reason) == (False, "answered 400: no")


def test_one_success_among_refusals_is_enough():
    answers = iter([refused(400, "no"), reply(200), refused(400, "no")])
    *_, judged = run_of(POLITE, POLITE, POLITE, answer=lambda _: next(answers)).exercised()
    assert (judged.succeeded, judged.reason) == (True, "")


def test_every_finding_is_told_and_the_worst_verdict_counts():
    def answer(target):
        return reply(500) if "?" in target else reply(200)

    *_, judged = run_of(POLITE, RUDE, RUDE, answer=answer).exercised()
    assert judged.verdict is Verdict.BROKEN
    assert [finding.check for finding in judged.findings] == ["no-5xx", "no-5xx"]


def test_an_open_call_comes_after_the_plain_call_that_it_derives_from():
    subjects = []

    def judge(subject):
        subjects.append(subject)
        return no_errors(subject)

    run = run_of(POLITE, RUDE, OPEN, judge=judge)
    run.exercised()
    plain = "/things/container1/do"
    assert run.sent() == [plain, f"{plain}?a=", plain, f"{plain}?odd=1"]
    assert [subject.plain is not None for subject in subjects] == [False, False, True]
    assert subjects[2].plain.call.manner is Manner.POLITE


def test_a_check_is_told_how_a_reply_is_framed():
    subjects = []

    def judge(subject):
        subjects.append(subject)
        return no_errors(subject)

    run_of(judge=judge).exercised(replace(RECIPE, streaming=Streaming.FRAMES, endless=True))
    (subject,) = subjects
    assert (subject.streaming, subject.endless) == (Streaming.FRAMES, True)
    assert (subject.spec.version, subject.operation) == (OLD, OPERATION)


@pytest.mark.parametrize(
    ("difference", "bounds"),
    [
        ({}, {"upgrade": False, "websocket": False, "quiet": None}),
        ({"upgrade": True}, {"upgrade": True, "websocket": False}),
        ({"streaming": Streaming.WEBSOCKET}, {"upgrade": False, "websocket": True}),
    ],
)
def test_a_call_goes_out_as_its_recipe_says(difference, bounds):
    run = run_of()
    run.exercised(replace(RECIPE, **difference))
    assert bounds.items() <= run.daemon.bounds[-1].items()


def test_every_call_has_a_deadline_and_an_endless_one_is_left_when_it_is_quiet():
    run = run_of()
    run.exercised(RECIPE)
    whole = run.daemon.bounds[-1]
    run.exercised(replace(RECIPE, endless=True))
    endless = run.daemon.bounds[-1]
    assert 0 < endless["quiet"] < endless["deadline"] < whole["deadline"] <= 60
    assert all(0 < bounds["limit"] <= 1 << 26 for bounds in run.daemon.bounds)


def test_what_cannot_be_made_ends_the_operation_with_the_reason():
    run = run_of(POLITE, RUDE, POLITE, shelf=Shelf("POST /containers/create"))
    _, judged = run.exercised()
    assert (judged.verdict, judged.calls) == (Verdict.UNTRIED, 0)
    assert judged.reason == "POST /containers/create answered 500: no"
    assert run.daemon.times("POST", "/containers/create") == 1


def test_a_rude_call_that_cannot_be_made_is_passed_over():
    unmakeable = replace(RUDE, query=(("a", "{{network.plain!}}"),))
    run = run_of(POLITE, unmakeable, RUDE, shelf=Shelf("POST /networks/create"))
    *_, judged = run.exercised()
    assert (judged.calls, judged.succeeded, judged.reason) == (2, True, "")


def test_why_the_daemon_refused_counts_more_than_what_could_not_be_made_later():
    unmakeable = replace(RUDE, query=(("a", "{{network.plain!}}"),))
    run = run_of(
        POLITE,
        unmakeable,
        shelf=Shelf("POST /networks/create"),
        answer=lambda target: refused(409, "busy"),
    )
    *_, judged = run.exercised()
    assert judged.reason == "answered 409: busy"


def test_what_the_run_does_not_have_is_named():
    run = run_of(available=frozenset({"restart"}))
    _, judged = run.exercised(replace(RECIPE, needs=("registry", "restart")))
    assert (judged.verdict, judged.calls) == (Verdict.UNTRIED, 0)
    assert judged.reason == "needs registry, which this run does not have"


def test_what_the_run_has_is_used():
    run = run_of(available=frozenset({"registry"}))
    *_, judged = run.exercised(replace(RECIPE, needs=("registry",)))
    assert (judged.calls, judged.succeeded) == (1, True)


def test_a_swarm_that_cannot_be_had_is_a_reason():
    shelf = Shelf()
    run = run_of(shelf=lambda *call: reply(200, {}) if call[1] == "/info" else shelf(*call))
    _, judged = run.exercised(replace(RECIPE, swarm=SwarmState.MANAGER))
    assert judged.reason == "needs a swarm; --tier disruptive lets the run begin one"


@pytest.mark.parametrize(
    ("status", "makes", "own"),
    [
        (200, (("swarm", ""),), True),
        (406, (("swarm", ""),), False),
        (200, (("container", "/Id"),), False),
    ],
)
def test_a_swarm_that_a_call_changed_is_the_runs_own(status, makes, own):
    run = run_of(answer=lambda target: reply(status))
    run.exercised(replace(RECIPE, makes=makes))
    assert run.bench.swarm.own is own


def test_further_recipes_are_called_once_each():
    other = replace(RECIPE, path=(("id", "other"),))
    run = run_of(POLITE, RUDE)
    run.exercised(RECIPE, other)
    assert run.sent() == [
        "/things/container1/do",
        "/things/container1/do?a=",
        "/things/other/do",
    ]


@pytest.mark.parametrize(
    ("cost", "calls"),
    [
        (Cost.CHEAP, [2, 2, 2]),
        (Cost.SHAPE, [2, 1, 2]),
        (Cost.ONCE, [2, 1, 1]),
    ],
)
def test_a_costly_operation_is_varied_as_often_as_it_may(cost, calls):
    run = run_of(POLITE, RUDE)
    recipe = replace(RECIPE, cost=cost)
    seen = []
    for version, shape in ((OLD, "s1"), (NEW, "s1"), (NEW, "s2")):
        operation = replace(OPERATION, shape=shape)
        *_, judged = run.exercised(recipe, version=version, operation=operation)
        seen.append(judged.calls)
    assert seen == calls


def test_what_is_shared_is_looked_at_again_for_each_operation():
    shelf = Shelf()
    run = run_of(shelf=shelf)
    run.exercised()
    shelf.held["container1"] = "exited"
    run.exercised()
    assert run.sent() == ["/things/container1/do", "/things/container2/do"]


WIDE = replace(POLITE, query=(("a", "1"), ("b", "2"), ("c", "3")))


def shrinking(run, recipe=RECIPE):
    """Exercise, then shrink the first finding."""
    *_, judged = run.exercised(recipe)
    finding = judged.findings[0]
    smaller = partial(shrink, recipe=recipe, most=25, limits=())
    return shrunk(run.bench, run.bench.cases[finding.cause], finding, smaller)


def test_the_smallest_call_that_still_shows_a_finding_is_kept():
    def answer(target):
        return reply(500) if "b=2" in target else reply(200)

    event = shrinking(run_of(POLITE, WIDE, answer=answer))
    assert event.finding.exchange.call.query == (("b", "2"),)
    assert event.curl.endswith("container (running)")
    assert "do?b=2'" in event.curl


def test_a_finding_that_does_not_come_again_is_told_as_it_was_seen():
    answers = iter([reply(500)])
    run = run_of(WIDE, answer=lambda target: next(answers, reply(200)))
    event = shrinking(run)
    assert event.finding.exchange.call.query == WIDE.query
    assert "a=1&b=2&c=3" in event.curl


def test_another_fault_does_not_pass_for_the_one_that_is_shrunk():
    def answer(target):
        return reply(500 if "b=2" in target else 503)

    event = shrinking(run_of(WIDE, answer=answer))
    assert event.finding.complaint.message == "answered 500"
    assert event.finding.exchange.call.query == (("b", "2"),)


def test_what_cannot_be_made_any_more_ends_the_shrinking_in_good_order():
    shelf = Shelf()
    run = run_of(WIDE, shelf=shelf, answer=lambda target: reply(500))
    run.exercised()
    shelf.refusing = ("GET", "POST")
    run.bench.world.forget()
    cause = ("no-5xx", "", "answered 500")
    case = run.bench.cases[cause]
    finding = no_errors(SubjectOf(run.recorded[0])).findings[0]
    event = shrunk(run.bench, case, finding, partial(shrink, recipe=RECIPE, most=5, limits=()))
    assert event.finding == finding


@dataclass
class SubjectOf:
    """As much of a subject as the rule looks at."""

    exchange: object


def test_what_a_further_recipe_showed_is_shrunk_with_that_recipe():
    def answer(target):
        return reply(500) if "other" in target else reply(200)

    other = replace(RECIPE, path=(("id", "other"),))
    run = run_of(POLITE, answer=answer)
    *_, judged = run.exercised(RECIPE, other)
    case = run.bench.cases[judged.findings[0].cause]
    assert case == Case(spec(), OPERATION, other)
    smaller = partial(shrink, recipe=other, most=5, limits=())
    assert "/things/other/do" in shrunk(run.bench, case, judged.findings[0], smaller).curl
