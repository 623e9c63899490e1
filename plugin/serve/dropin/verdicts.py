"""What became of a request, said in headers of its answer."""

from collections.abc import Sequence

from diptych.query.dropin.answer import Verdict

HEADER = "x-diptych"
DEGRADED_HEADER = "x-diptych-degraded"
_LONGEST = 300


def say(verdicts: Sequence[Verdict]) -> dict[str, str]:
    """`hybrid`, or `forwarded` with the reason; of several searches, which of them are which."""
    headers = {HEADER: _say_all(verdicts)}
    degraded = {verdict.degraded: None for verdict in verdicts if verdict.degraded is not None}
    if degraded:
        headers[DEGRADED_HEADER] = _fit(" ".join(degraded))
    return headers


def _say_all(verdicts: Sequence[Verdict]) -> str:
    reasons = list(dict.fromkeys(it.reason for it in verdicts if it.reason is not None))
    if not reasons:
        return "hybrid"
    reason = f'reason="{_fit("; ".join(reasons))}"'
    hybrid = [str(i) for i, verdict in enumerate(verdicts) if verdict.reason is None]
    return f'mixed; hybrid="{" ".join(hybrid)}"; {reason}' if hybrid else f"forwarded; {reason}"


def _fit(text: str) -> str:
    """Without quotes, line ends and letters that a header cannot carry."""
    plain = text.encode("ascii", "backslashreplace").decode("ascii").replace('"', "'")
    return "".join(letter if letter.isprintable() else " " for letter in plain)[:_LONGEST]
