"""What was found about quotes, as JSON and as SARIF 2.1.0, which code hosts show beside the lines; pure."""

import hashlib
from dataclasses import asdict
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from api.links.check import Finding, Status
from api.links.run import Report
from ingest.text.urls import is_remote

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_RULES: dict[Status, tuple[str, str]] = {
    "changed": ("error", "The transcript has other words today"),
    "moved": ("note", "The quote has another address today"),
    "withdrawn": ("error", "The episode was withdrawn"),
    "gone": ("error", "There is no such quote, or no longer"),
    "never said": ("error", "Nobody says these words"),
    "wrong speaker": ("error", "Somebody else says these words"),
}


def report_json(report: Report) -> dict[str, Any]:
    """Return everything that was found, also what holds."""
    return {
        "documents": report.documents,
        "counts": report.counts,
        "findings": [asdict(finding) for finding in report.findings],
        "unread": [one._asdict() for one in report.unread],
    }


def report_sarif(report: Report) -> dict[str, Any]:
    """Return what does not hold as SARIF 2.1.0; a source that could not be read is a notification of the run."""
    unread = [
        {
            "level": "error",
            "message": {"text": f"{one.source}: {one.reason}"},
            "locations": [_location(one.source)],
        }
        for one in report.unread
    ]
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "playback check-links", "rules": [_rule(status) for status in _RULES]}},
                "columnKind": "unicodeCodePoints",
                "invocations": [{"executionSuccessful": not unread, "toolExecutionNotifications": unread}],
                "results": [_result(finding) for finding in report.findings if finding.status in _RULES],
            }
        ],
    }


def message_of(finding: Finding) -> str:
    """Return what is wrong with a statement in one text: the reason, today's words or the nearest ones."""
    parts = [f"{finding.status.capitalize()}: {finding.reason}."]
    if finding.cited is not None:
        parts.append(f"When it was cited: “{finding.cited}”.")
    if finding.today is not None and finding.status != "holds":
        parts.append(f"Today: “{finding.today.quote}” ({finding.today.speaker or 'speaker not named'}).")
    if finding.nearest:
        nearest = finding.nearest[0]
        parts.append(f"The nearest: “{nearest.quote}” ({nearest.speaker or 'speaker not named'}).")
    return " ".join(" ".join(part.split()) for part in parts)


def _rule(status: Status) -> dict[str, Any]:
    level, text = _RULES[status]
    return {
        "id": _rule_id(status),
        "shortDescription": {"text": f"{text}."},
        "defaultConfiguration": {"level": level},
    }


def _rule_id(status: Status) -> str:
    return f"quote-{status.replace(' ', '-')}"


def _result(finding: Finding) -> dict[str, Any]:
    printed = "\n".join((finding.source, finding.status, finding.quoted or "", finding.link or ""))
    return {
        "ruleId": _rule_id(finding.status),
        "ruleIndex": list(_RULES).index(finding.status),
        "level": _RULES[finding.status][0],
        "message": {"text": message_of(finding)},
        "locations": [_location(finding.source, finding.line)],
        "partialFingerprints": {"statement/v1": hashlib.sha256(printed.encode("utf-8", "replace")).hexdigest()},
    }


def _location(source: str, line: int | None = None) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": _uri(source)}}
    if line is not None:
        place["region"] = {"startLine": line}
    return {"physicalLocation": place}


def _uri(source: str) -> str:
    if is_remote(source):
        return quote(source, safe=":/?#[]@!$&'()*+,;=%~")
    path = PurePath(source)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
