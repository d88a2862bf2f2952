"""Processes that are played: steps, pauses, input, signals, and who listens."""

import pytest

from harness.fake.programs.processes import (
    SIGNALS,
    STDERR,
    Disposition,
    Handle,
    Invocation,
    Output,
    Pause,
    Processes,
    Read,
    SignalledError,
    signal_number,
)

TERM, KILL, HUP, USR1 = (SIGNALS[name] for name in ("TERM", "KILL", "HUP", "USR1"))


class Stage:
    """Processes on a clock of their own, and what they did."""

    def __init__(self):
        self.time = 1000.0
        self.lines = []
        self.ends = []
        self.processes = Processes(now=lambda: self.time, tell=lambda: None)

    def start(self, program, key="one", *, terminal=False, **more):
        self.processes.start(
            key,
            Invocation(("it",), terminal=terminal),
            program,
            on_output=lambda step: self.lines.append((step.stream, step.data)),
            on_end=lambda code: self.ends.append((key, code)),
            **more,
        )
        self.processes.tick()

    def later(self, seconds):
        self.time += seconds
        self.processes.tick()


@pytest.fixture
def stage():
    return Stage()


def talker(*steps, code=0):
    def program(_invocation):
        yield from steps
        return code

    return program


def echoing(_invocation):
    while data := (yield Read()):
        yield Output(data)
    return 0


def sleeper(_invocation):
    yield Pause()
    return 0


def test_a_program_ends_with_what_it_returns(stage):
    stage.start(talker(Output(b"hi\n"), code=3))
    assert stage.lines == [(1, b"hi\n")]
    assert stage.ends == [("one", 3)]
    assert stage.processes.find("one") is None


def test_a_pause_lasts_until_its_time_on_the_clock(stage):
    stage.start(talker(Pause(5), Output(b"late\n")))
    assert stage.processes.next_due() == 1005.0
    stage.later(4.9)
    assert stage.lines == []
    stage.later(0.1)
    assert stage.lines == [(1, b"late\n")]


def test_pauses_are_counted_from_each_other_however_far_the_clock_jumps(stage):
    moments = []

    def program(_invocation):
        for _ in range(3):
            yield Pause(10)
            moments.append(stage.processes.find("one").moment)
        return 0

    stage.start(program)
    stage.later(3600)
    assert moments == [1010.0, 1020.0, 1030.0]
    assert stage.ends == [("one", 0)]


def test_input_is_read_when_it_comes_and_is_empty_at_its_end(stage):
    stage.start(echoing, input_open=True)
    stage.processes.feed("one", b"a\n")
    assert stage.lines == [(1, b"a\n")]
    stage.processes.feed("one", b"")
    assert stage.ends == [("one", 0)]


def test_input_that_is_not_open_is_at_its_end(stage):
    stage.start(echoing)
    assert stage.ends == [("one", 0)]


@pytest.mark.parametrize(
    ("pieces", "lines"),
    [
        ([b"a", b"b\n", b"c"], [b"ab\n", b"c"]),
        ([b"a\nb\n"], [b"a\n", b"b\n"]),
        ([b"x" * 20000 + b"\n"], [b"x" * 16384, b"x" * 3616 + b"\n"]),
        ([b"x" * 16384, b"y\n"], [b"x" * 16384, b"y\n"]),
        ([b""], []),
    ],
)
def test_a_log_is_told_whole_lines_and_at_the_end_the_rest(stage, pieces, lines):
    stage.start(talker(*map(Output, pieces)))
    assert [data for _, data in stage.lines] == lines


def test_lines_of_stdout_and_stderr_are_kept_apart(stage):
    stage.start(talker(Output(b"o"), Output(b"e\n", STDERR), Output(b"k\n")))
    assert stage.lines == [(2, b"e\n"), (1, b"ok\n")]


def test_a_tap_has_everything_at_once_from_then_on(stage):
    stage.start(talker(Output(b"before"), Pause(1), Output(b"aft"), Output(b"er"), Pause(1)))
    tap = stage.processes.tap("one")
    stage.later(1)
    assert [piece.data for piece in tap.take()] == [b"aft", b"er"]
    assert not tap.ended
    stage.later(1)
    assert tap.ended


def test_a_tap_may_be_there_before_the_process(stage):
    tap = stage.processes.tap("one")
    stage.start(talker(Output(b"first\n")))
    assert [piece.data for piece in tap.take()] == [b"first\n"]
    assert tap.ended


def test_a_tap_hears_of_the_end_of_what_never_came(stage):
    tap = stage.processes.tap("one")
    stage.processes.drop("one")
    assert tap.ended


def test_nothing_is_left_of_a_tap_that_is_taken_off(stage):
    tap = stage.processes.tap("one")
    stage.processes.untap("one", tap)
    stage.start(talker(Output(b"x")))
    assert not tap.pieces
    stage.processes.untap("one", tap)


@pytest.mark.parametrize(
    ("signal", "code"), [("TERM", 143), ("INT", 130), ("KILL", 137), ("HUP", None), ("CHLD", None)]
)
def test_a_first_process_ends_by_what_servers_handle(stage, signal, code):
    stage.start(sleeper)
    stage.processes.signal("one", SIGNALS[signal])
    assert stage.ends == ([("one", code)] if code else [])


def test_an_inner_process_ends_by_every_deadly_signal(stage):
    stage.start(sleeper)
    stage.start(sleeper, "inner", within="one")
    stage.processes.signal("inner", HUP)
    assert stage.ends == [("inner", 129)]


def test_inner_processes_end_before_the_first_does(stage):
    stage.start(sleeper)
    stage.start(sleeper, "inner", within="one")
    stage.processes.signal("one", TERM)
    assert stage.ends == [("inner", 137), ("one", 143)]


def test_a_program_may_catch_a_signal_and_go_on(stage):
    def program(_invocation):
        yield Handle(USR1)
        try:
            yield Pause()
        except SignalledError as signal:
            yield Output(f"got {signal.number}\n".encode())
        yield Pause(1)
        return 7

    stage.start(program)
    stage.processes.signal("one", USR1)
    assert stage.lines == [(1, b"got 10\n")]
    stage.later(1)
    assert stage.ends == [("one", 7)]


def test_a_signal_that_is_caught_and_let_go_ends_the_process(stage):
    stage.start(talker(Handle(HUP), Pause()))
    stage.processes.signal("one", HUP)
    assert stage.ends == [("one", 129)]


def test_a_signal_may_be_ignored_but_for_the_last(stage):
    stage.start(talker(Handle(TERM, Disposition.IGNORED), Pause()))
    stage.processes.signal("one", TERM)
    assert stage.ends == []
    stage.processes.signal("one", KILL)
    assert stage.ends == [("one", 137)]


def test_a_frozen_process_sleeps_longer_and_hears_signals_later(stage):
    stage.start(talker(Pause(10), Output(b"up\n"), Pause()))
    stage.processes.freeze("one", frozen=True)
    stage.later(100)
    stage.processes.signal("one", TERM)
    assert (stage.lines, stage.ends, stage.processes.next_due()) == ([], [], None)
    stage.processes.freeze("one", frozen=False)
    assert stage.ends == [("one", 143)]


def test_a_frozen_process_goes_on_where_it_was(stage):
    stage.start(talker(Pause(10), Output(b"up\n"), Pause()))
    stage.later(4)
    stage.processes.freeze("one", frozen=True)
    stage.later(100)
    stage.processes.freeze("one", frozen=False)
    stage.later(5.9)
    assert stage.lines == []
    stage.later(0.1)
    assert stage.lines == [(1, b"up\n")]


def test_a_defect_of_a_program_is_told_on_stderr(stage):
    def broken(_invocation):
        yield Output(b"so far\n")
        raise KeyError("oops")

    stage.start(broken)
    assert stage.lines == [(1, b"so far\n"), (2, b"KeyError: 'oops'\n")]
    assert stage.ends == [("one", 1)]


def test_what_is_no_program_fails_when_it_is_played(stage):
    stage.start(lambda _invocation: None)
    assert stage.ends == [("one", 1)]


def test_a_program_that_never_pauses_lets_others_have_their_turn(stage):
    def endless(_invocation):
        while True:
            yield Output(b"y\n")

    stage.start(endless)
    turn = len(stage.lines)
    stage.start(talker(Output(b"other\n")), "two")
    assert len(stage.lines) == 2 * turn + 1
    assert stage.ends == [("two", 0)]


def test_a_program_that_never_pauses_gets_slower_and_slower(stage):
    turns = 0

    def endless(_invocation):
        nonlocal turns
        while True:
            turns += 1
            yield Output(b"y\n")

    stage.start(endless)
    steps = turns
    for _ in range(20):
        stage.later(0)
    assert turns == 21 * steps
    for _ in range(1000):
        stage.later(0.01)
    assert turns < 50 * steps


def test_a_terminal_echoes_and_returns_to_the_left(stage):
    stage.start(echoing, terminal=True, input_open=True)
    tap = stage.processes.tap("one")
    stage.processes.feed("one", b"hx\x7fi")
    assert b"".join(piece.data for piece in tap.take()) == b"hx\b \bi"
    stage.processes.feed("one", b"\r")
    assert b"".join(piece.data for piece in tap.take()) == b"\r\nhi\r\n"


def test_a_terminal_mixes_stderr_into_stdout(stage):
    stage.start(talker(Output(b"bad\n", STDERR)), terminal=True)
    assert stage.lines == [(1, b"bad\r\n")]


def test_keys_of_a_terminal_end_the_input_and_the_process(stage):
    stage.start(echoing, terminal=True, input_open=True)
    stage.start(sleeper, "two", terminal=True, input_open=True)
    stage.processes.feed("one", b"\x04")
    stage.processes.feed("two", b"\x03")
    assert stage.ends == [("one", 0), ("two", 130)]


@pytest.mark.parametrize(
    ("text", "number"),
    [("KILL", 9), ("SIGTERM", 15), ("sigint", 2), ("9", 9), ("64", 64), ("65", None), ("0", None)],
)
def test_signals_have_names_and_numbers(text, number):
    assert signal_number(text) == number
