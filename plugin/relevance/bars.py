"""What an evaluation must reach to pass."""

from collections.abc import Sequence
from dataclasses import dataclass

from diptych.errors import SearchError, UsageError
from diptych.plugin.relevance.evaluation import Evaluation
from diptych.plugin.relevance.measuring import Wanted


@dataclass(frozen=True, slots=True)
class Bar:
    """The least that a run must reach by a measure."""

    run: str
    measure: str
    least: float


def parse_bar(text: str, wanted: Wanted) -> Bar:
    """The bar in `MEASURE=VALUE`, of the first run, or `RUN:MEASURE=VALUE`.

    Raises:
        UsageError: it has another form, or names what is not measured.
    """
    what, _, value = text.rpartition("=")
    run, _, measure = what.rpartition(":")
    names = [one.name for one in wanted.runs]
    run = run or names[0]
    try:
        least = float(value)
    except ValueError as err:
        raise UsageError(
            f"The bar {text!r} cannot be read: write MEASURE=VALUE, for example nDCG@10=0.6."
        ) from err
    for given, known in ((run, names), (measure, wanted.measures)):
        if given not in known:
            raise UsageError(f"The bar {text!r} names {given!r}: use one of {', '.join(known)}.")
    return Bar(run, measure, least)


def check_bars(evaluation: Evaluation, bars: Sequence[Bar]) -> None:
    """Pass if every bar is reached.

    Raises:
        SearchError: names those that are not.
    """
    missed = [
        f"{bar.measure} of {bar.run} is {reached:.3f}, less than {bar.least:g}"
        for bar in bars
        if (reached := evaluation.mean(bar.run, bar.measure)) < bar.least
    ]
    if missed:
        raise SearchError(f"{'; '.join(missed)}: see the worst queries.")
