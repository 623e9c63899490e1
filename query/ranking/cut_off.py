"""The end of a list: what scores too low is no answer."""

from collections.abc import Sequence

from diptych.query.ranking.candidates import Candidate


def cut_off(candidates: Sequence[Candidate], min_score: float | None) -> list[Candidate]:
    """The candidates that score at least `min_score`; all of them where it is None."""
    return [one for one in candidates if min_score is None or one.score >= min_score]
