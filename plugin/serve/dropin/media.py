"""The forms in which a caller speaks JSON, and in which the cluster is spoken to for them."""

import re
from collections.abc import Mapping

_JSON = "application/json"
_LINES = "application/x-ndjson"
#: elasticsearch-py and its sisters: `application/vnd.elasticsearch+json; compatible-with=9`.
_VENDOR = re.compile(r"(application/vnd\.[a-z]+\+)(?:x-nd)?json(.*)", re.IGNORECASE)


def takes_json(headers: Mapping[str, str]) -> bool:
    """Whether the caller reads JSON."""
    accept = headers.get("accept", "*/*").lower()
    return "json" in accept or "*/*" in accept or "application/*" in accept


def lines_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers for an `_msearch` in the caller's name and their version of the API."""
    spoken = headers.get("content-type") or headers.get("accept", "")
    vendor = _VENDOR.search(spoken)
    found = {
        "content-type": f"{vendor[1]}x-ndjson{vendor[2]}" if vendor else _LINES,
        "accept": f"{vendor[1]}json{vendor[2]}" if vendor else _JSON,
    }
    if "authorization" in headers:
        found["authorization"] = headers["authorization"]
    return found


def is_sent_as(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers of a request whose body was written anew, and so is compressed no more."""
    return {name: value for name, value in headers.items() if name != "content-encoding"}
