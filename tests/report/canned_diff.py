"""A version diff with something of every kind in it, for tests of what reports tell."""

from dataclasses import replace

from harness.model.announcement import Announcement, Kind
from harness.model.change import Change, Level, Part, Reach
from harness.model.version import ApiVersion
from harness.model.version_diff import Document, Ignored, Observed, Row, Standing, VersionDiff
from harness.model.wire import Aspect, WireChange

V24, V30 = ApiVersion(1, 24), ApiVersion(1, 30)
OLD, NEW = Document("1.24", V24, 78), Document("1.30", V30, 106)
DAEMON = "Docker Engine 20.10.24"
WAIT = "POST /containers/{id}/wait"
CREATE = "POST /containers/create"
INSPECT = "GET /containers/{id}/json"
LIST = "GET /containers/json"
NODE = "GET /nodes/{id}"
SERVICES = (
    "GET /services",
    "GET /services/{id}",
    "GET /tasks",
    "GET /tasks/{id}",
    "POST /services/create",
    "POST /services/{id}/update",
)


def change(  # noqa: PLR0913 - what changes differ in
    rule,
    operations=WAIT,
    place="",
    *,
    level=Level.COMPATIBLE,
    part=Part.REPLY,
    areas=("containers",),
    **more,
):
    """Return a change at the same place of one operation or of several."""
    names = (operations,) if isinstance(operations, str) else operations
    reaches = tuple(Reach(name, place) for name in sorted(names))
    return Change(rule, level, part, reaches, areas=areas, **more)


def announced(id_, kind=Kind.PARAMETER_ADDED, operations=(WAIT,), subject="condition", **more):
    """Return an announcement of the version that its id begins with."""
    version = ApiVersion.parse(id_.partition("/")[0])
    return Announcement(id_, version, kind, operations, subject, **more)


def wire(  # noqa: PLR0913 - what wire changes differ in
    aspect=Aspect.STATUS,
    operation=WAIT,
    place="",
    old="400",
    new="200",
    *,
    steps=("wait/3",),
    asked=(),
):
    """Return what was seen of one operation."""
    return WireChange(aspect, operation, place, old, new, steps, asked)


def row(told=None, standing=Standing.UNANNOUNCED, observed=Observed.UNTRIED, **more):
    """Return a row of the matrix, by default of a change that nobody announced or tried."""
    return Row(standing, observed, told, **more)


BREAKING = row(
    change(
        "request-property-required-added",
        CREATE,
        "body/HostConfig/Mounts/*/Type",
        level=Level.BREAKING,
        part=Part.REQUEST,
        new="string",
    )
)
REMOVED = row(
    change(
        "operation-removed",
        "POST /containers/{id}/copy",
        level=Level.BREAKING,
        part=Part.OPERATION,
        old="ContainerCopy",
    ),
    Standing.ANNOUNCED,
    Observed.SEEN,
    announcements=(
        announced(
            "1.24/3.1", Kind.OPERATION_REMOVED, ("POST /containers/{id}/copy",), "copy", gated=True
        ),
    ),
    wire=(
        wire(Aspect.STATUS, "POST /containers/{id}/copy", old="200", new="404", steps=("copy/2",)),
    ),
)
CONDITION = row(
    change("request-parameter-added", WAIT, "query/condition", part=Part.REQUEST, new="string"),
    Standing.ANNOUNCED,
    Observed.SEEN,
    announcements=(announced("1.30/8.1", places=("query/condition",), gated=True),),
    wire=(
        wire(Aspect.FRAMING, WAIT, "200/body", "whole", "in pieces", asked=("query/condition",)),
        wire(Aspect.VALUE, WAIT, "200/body/StatusCode", "number 137", "number 0"),
    ),
)
VALUES = row(
    change(
        "reply-property-enum-value-added",
        INSPECT,
        "200/body/State/Status",
        level=Level.RISKY,
        new='"removing"',
    ),
    observed=Observed.NOT_SEEN,
)
TYPE = row(
    change(
        "reply-property-type-changed",
        LIST,
        "200/body/*/Ports",
        level=Level.BREAKING,
        old="string",
        new="array",
    ),
    observed=Observed.NOT_SEEN,
)
SHARED = row(
    change(
        "reply-property-added",
        SERVICES,
        "200/body/Spec/TaskTemplate/Placement/Platforms",
        areas=("swarm",),
        new="array of Platform",
        definition="TaskSpec",
        within="/Placement/Platforms",
    ),
    Standing.ANNOUNCED,
    Observed.NOT_SEEN,
    announcements=(
        announced(
            "1.30/7.1",
            Kind.REQUEST_PROPERTY_ADDED,
            ("POST /services/create", "POST /services/{id}/update"),
            "TaskTemplate.Placement.Platforms",
            places=("body/TaskTemplate/Placement/Platforms",),
            error="Says POST /service/create.",
        ),
    ),
)
LETTER_CASE = row(
    change(
        "reply-property-letter-case",
        SERVICES,
        "200/body/Spec/TaskTemplate/Resources/Limits/NanoCpus",
        level=Level.BREAKING,
        areas=("swarm",),
        old="NanoCPUs",
        new="NanoCpus",
        definition="TaskSpec",
        within="/Resources/Limits/NanoCpus",
    ),
    Standing.CORRECTION,
    Observed.NOT_SEEN,
    reasons=("Daemons of all versions say NanoCPUs: erratum nano-cpus.",),
)
ONE_DEFINITION = row(
    Change(
        "reply-property-removed",
        Level.BREAKING,
        Part.REPLY,
        (
            Reach(NODE, "200/body/Description/Engine"),
            Reach(NODE, "200/body/Last/Engine"),
        ),
        old="object",
        definition="NodeDescription",
        within="/Engine",
        areas=("swarm",),
    )
)
MANY_AREAS = row(
    change(
        "reply-property-became-required",
        ("GET /images/{name}/json", "GET /info", "GET /volumes"),
        "500/body/message",
        areas=("images", "system", "volumes"),
        old="not always sent",
        new="always sent",
        definition="ErrorResponse",
        within="/message",
    )
)
DRIFT = row(
    change("reply-property-removed", "GET /info", "200/body/Init", areas=("system",), old="string"),
    Standing.DRIFT,
    Observed.NOT_SEEN,
    reasons=("The later document was written anew, and left it out.",),
)
HEADERS_AT_ONCE = row(
    None,
    Standing.UNSTATED,
    Observed.SEEN,
    announcements=(
        announced(
            "1.30/8.2",
            Kind.BEHAVIOUR,
            subject="headers at once",
            gated=True,
            behaviour="No form of a document tells when headers are sent.",
        ),
    ),
    wire=(wire(Aspect.FRAMING, old="at the end", new="at once"),),
    reasons=("No form of a document tells when headers are sent.",),
)
ABSENT = row(
    None,
    Standing.UNSTATED,
    Observed.UNTRIED,
    announcements=(
        announced(
            "1.25/5.1",
            Kind.FILTER_ADDED,
            ("GET /volumes",),
            "filters: name",
            absent="The documents say nothing of keys.",
        ),
    ),
    reasons=("The documents say nothing of keys.",),
)
ONLY_SEEN = row(
    None,
    Standing.UNSTATED,
    Observed.SEEN,
    wire=(
        wire(
            Aspect.PROPERTY_REMOVED,
            "GET /networks",
            "200/body/*/Containers",
            "object",
            "",
            steps=("networks/4", "networks/9"),
        ),
    ),
)
ADDED = row(
    change(
        "operation-added",
        "GET /configs",
        part=Part.OPERATION,
        areas=("swarm",),
        new="ConfigList",
    ),
    Standing.ANNOUNCED,
    Observed.SEEN,
    announcements=(announced("1.30/1.1", Kind.OPERATION_ADDED, ("GET /configs",), "configs"),),
    wire=(wire(operation="GET /configs", old="404", new="200", steps=("configs/1",)),),
)
HIDDEN = row(
    change(
        "request-parameter-added",
        "PUT /containers/{id}/archive",
        "query/copyUIDGID",
        part=Part.REQUEST,
        level=Level.RISKY,
        new="string",
    ),
    Standing.UNSTATED,
    Observed.NOT_SEEN,
    reasons=("The documents hide it. Erratum copy: Read by the router.",),
)
IGNORED = row(
    change(
        "request-parameter-removed",
        "GET /images/json",
        "query/filter",
        level=Level.RISKY,
        part=Part.REQUEST,
        areas=("images",),
        old="string",
    )
)
ROWS = (
    BREAKING,
    REMOVED,
    CONDITION,
    VALUES,
    TYPE,
    SHARED,
    LETTER_CASE,
    ONE_DEFINITION,
    MANY_AREAS,
    DRIFT,
    HEADERS_AT_ONCE,
    ABSENT,
    ONLY_SEEN,
    ADDED,
)


def _sorted(rows):
    return tuple(
        sorted(
            rows,
            key=lambda each: (
                each.operations,
                each.change.reaches[0].place if each.change else "",
                each.change.rule if each.change else "",
            ),
        )
    )


def canned_diff(*rows, **differences):
    """Return a diff of these rows, or of all above, with what a test says is different."""
    told = VersionDiff(
        OLD,
        NEW,
        _sorted(rows or ROWS),
        daemon=DAEMON,
        observed="recorded",
        ignored=(Ignored(IGNORED, "We never filter images."),),
        unused=("operation-removed at POST /auth",),
        gaps=("GET /events: no story has both versions",),
    )
    return replace(told, **differences)


def empty_diff():
    """Return a diff of a document with itself, observed nowhere."""
    return VersionDiff(OLD, replace(OLD), ())


# What could steer a reader, a parser or a workflow, if it were let through.
NASTY = (
    "\x1b[2J\x00\ud800\u202e<script>alert(1)</script>&amp;\"'[bold]x[/bold]"
    "|`**\r\n::error::x%0A<!--]]>" + "y" * 5000
)


def hostile_diff():
    """Return a diff in which every text that comes from elsewhere is nasty."""
    what = replace(
        change("reply-property-type-changed", NASTY, NASTY, areas=(NASTY,), level=Level.BREAKING),
        old=NASTY,
        new=NASTY,
        definition=NASTY,
        within=NASTY,
        rule=NASTY,
    )
    told = announced("1.30/8.1", subject=NASTY, operations=(NASTY,), behaviour=NASTY, error=NASTY)
    seen = wire(Aspect.VALUE, NASTY, NASTY, NASTY, NASTY, steps=(NASTY,), asked=(NASTY,))
    many = replace(what, reaches=(Reach(NASTY, NASTY), Reach(f"{NASTY}2", NASTY)))
    rows = (
        row(what, announcements=(told,), wire=(seen,), reasons=(NASTY,)),
        row(many, Standing.CORRECTION, reasons=(NASTY,)),
        row(many, Standing.ANNOUNCED, Observed.NOT_SEEN, announcements=(told,)),
        row(None, Standing.UNSTATED, Observed.UNTRIED, announcements=(told,), reasons=(NASTY,)),
        row(None, Standing.UNSTATED, Observed.SEEN, wire=(seen,)),
    )
    return VersionDiff(
        Document(NASTY, None, 3),
        Document(NASTY, None, 4),
        rows,
        daemon=NASTY,
        observed=NASTY,
        ignored=(Ignored(rows[0], NASTY),),
        unused=(NASTY,),
        narrowed=NASTY,
        gaps=(NASTY,),
    )
