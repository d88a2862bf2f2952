"""One of two runs that are compared: made as any run is, and judged by nobody."""

from collections.abc import Callable
from http import HTTPStatus

from harness.checks.told import told
from harness.daemon.address import DEFAULT_SOCKET, parse
from harness.diff.forms import Form, form
from harness.model.call import Call
from harness.model.events import CallJudged, Event
from harness.model.judgement import Judged, Streaming, Subject, Verdict
from harness.model.settings import CertifySettings
from harness.report.side import Place
from harness.specs.library import load
from harness.specs.tables import tables


def run_session(settings: CertifySettings, emit: Callable[[Event], None]) -> None:
    """Make all calls on one daemon and emit what happens.

    A private fake begins as a private dockerd does: without an image.
    """
    # Loading the session takes a second, which a wrong command line need not wait for.
    from harness.daemon.private import ENGINES  # noqa: PLC0415
    from harness.engine.session import Session  # noqa: PLC0415
    from harness.fake.engine import fake  # noqa: PLC0415

    engines = {**ENGINES, "fake": fake()}
    with Session(settings, _unjudged, emit, engines) as session:
        for planned in session.plan():
            session.exercise(planned)


def form_of(event: CallJudged) -> Form:
    """Return what is compared of the reply that an event tells of."""
    exchange = event.judged.exchange
    failed = exchange.reply.status >= HTTPStatus.BAD_REQUEST
    return form(
        load(event.version).operations[event.operation],
        tables().recipes[event.operation][event.recipe].streaming,
        exchange,
        message=told(exchange.reply) if failed else "",
    )


def curl_of(place: Place, call: Call) -> str:
    """Return a line that makes a call by hand, with variables for what a run had made."""
    from harness.engine.reproduction import reproduction  # noqa: PLC0415 - see above

    recipe = tables().recipes[place.operation][place.recipe]
    return reproduction(
        parse(DEFAULT_SOCKET),
        call,
        place.version,
        upgrade=recipe.upgrade,
        websocket=recipe.streaming is Streaming.WEBSOCKET,
    )


def _unjudged(subject: Subject) -> Judged:
    return Judged(exchange=subject.exchange, verdict=Verdict.VACUOUS)
