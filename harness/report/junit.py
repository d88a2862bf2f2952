"""A report as JUnit XML: a suite for each version, a case for each operation."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from harness.model.judgement import Verdict
from harness.model.version import ApiVersion
from harness.report.clusters import Cluster, Place
from harness.report.conclusion import conclusion
from harness.report.values import OperationResult, Report
from harness.report.wording import counted, printable, spans


def render(report: Report) -> str:
    """Return a report as JUnit XML.

    Broken operations are failures and the harness's own faults errors; whatever was neither kept
    nor broken is skipped, with the reason, since "passed" is only for what was tested. A last suite
    holds what concerns the run as a whole: faults of the harness, leaks, and known faults that did
    not show.
    """
    root = Element("testsuites", name="docker-contract")
    suspects = _by_place(report.clusters)
    for version in sorted({result.version for result in report.results}):
        suite = _suite(root, f"API {version}", report)
        for result in report.results:
            if result.version == version:
                _case(suite, result, suspects.get((version, result.operation), []))
        _count(suite)
    whole = _suite(root, "run", report)
    _run_cases(whole, report)
    _count(whole)
    for total in ("tests", "failures", "errors", "skipped"):
        root.set(total, str(sum(int(suite.get(total, "0")) for suite in root)))
    root.set("time", f"{report.timing.total:.3f}")
    indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _by_place(clusters: Iterable[Cluster]) -> dict[Place, list[Cluster]]:
    found: dict[Place, list[Cluster]] = {}
    for cluster in clusters:
        for place in cluster.places:
            found.setdefault(place, []).append(cluster)
    return found


def _suite(root: Element, name: str, report: Report) -> Element:
    suite = SubElement(root, "testsuite", name=name)
    properties = SubElement(suite, "properties")
    facts = {
        "run": report.run,
        "daemon": report.daemon,
        "address": report.address,
        "seed": str(report.seed),
        "tier": report.tier,
        "conclusion": str(conclusion(report)),
    }
    for key, value in facts.items():
        SubElement(properties, "property", name=key, value=printable(value))
    return suite


def _case(suite: Element, result: OperationResult, clusters: list[Cluster]) -> None:
    case = SubElement(
        suite,
        "testcase",
        classname=f"docker-contract.{result.profile}.v{_name(result.version)}",
        name=printable(result.operation),
        time=f"{result.seconds:.3f}",
    )
    reason = printable(result.reason)
    match result.verdict:
        case Verdict.KEPT:
            pass
        case Verdict.BROKEN:
            _element(case, "failure", _summary(clusters) or reason, _story(clusters))
        case Verdict.ERROR:
            _element(case, "error", reason or "the harness failed", "")
        case (
            Verdict.VACUOUS
            | Verdict.UNSUPPORTED
            | Verdict.DISABLED
            | Verdict.SKIPPED
            | Verdict.UNTRIED
        ):
            message = f"{result.verdict}: {reason}" if reason else str(result.verdict)
            _element(case, "skipped", message, "")


def _name(version: ApiVersion) -> str:
    # A dot would start another package in the tree that readers of JUnit make of class names.
    return f"{version.major}_{version.minor}"


def _summary(clusters: list[Cluster]) -> str:
    if not clusters:
        return ""
    # What nobody knows comes first, so that a known one is the first only where all are.
    first = ("known: " if clusters[0].known else "") + printable(clusters[0].message)
    return f"{first} (and {len(clusters) - 1} more)" if len(clusters) > 1 else first


def _story(clusters: list[Cluster]) -> str:
    return "\n\n".join("\n".join(map(printable, _lines(cluster))) for cluster in clusters)


def _lines(cluster: Cluster) -> Iterable[str]:
    complaint = cluster.example.complaint
    place = f" at {cluster.pointer}" if cluster.pointer else ""
    yield f"{cluster.message}{place} [{cluster.check}, {cluster.severity}, {cluster.id}]"
    times = counted(cluster.count, "time")
    yield f"{times} at {spans(cluster.versions)}: {', '.join(cluster.operations)}"
    if complaint.expected or complaint.seen:
        yield f"promised {complaint.expected or '?'}; seen {complaint.seen or '?'}"
    if cluster.explanation:
        yield f"known: {cluster.explanation} [{cluster.known}]"
    if cluster.curl:
        yield cluster.curl


def _run_cases(suite: Element, report: Report) -> None:
    judged = {(result.version, result.operation) for result in report.results}
    for failure in report.failures:
        if failure.version is not None and (failure.version, failure.operation) in judged:
            continue  # it is told there
        name = " ".join(str(part) for part in (failure.version, failure.operation) if part)
        case = SubElement(suite, "testcase", classname="docker-contract.run", name=name or "run")
        _element(case, "error", printable(failure.message), "")
    for leak in report.leaks:
        name = f"removes {leak.kind} {printable(leak.name)}"
        case = SubElement(suite, "testcase", classname="docker-contract.run", name=name)
        _element(case, "error", "left behind on the daemon", "")
    for unsupported in report.unsupported:
        name = f"API {unsupported.version}"
        case = SubElement(suite, "testcase", classname="docker-contract.run", name=name)
        _element(case, "skipped", f"unsupported: {printable(unsupported.reason)}", "")
    for fault in report.unseen:
        name = f"shows {printable(fault.id)}"
        case = SubElement(suite, "testcase", classname="docker-contract.run", name=name)
        _element(case, "skipped", f"known but not seen: {printable(fault.why)}", "")
    if not report.finished or report.interrupted:
        case = SubElement(suite, "testcase", classname="docker-contract.run", name="completes")
        _element(case, "error", "the run was stopped before its end", "")


def _element(case: Element, tag: str, message: str, text: str) -> None:
    SubElement(case, tag, message=message).text = text or None


def _count(suite: Element) -> None:
    cases = suite.findall("testcase")
    suite.set("tests", str(len(cases)))
    for tag, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(attribute, str(len(suite.findall(f"testcase/{tag}"))))
    seconds = sum(float(case.get("time", "0")) for case in cases)
    suite.set("time", f"{seconds:.3f}")
