"""Two profiles compared live: their rankings dealt into one, and who of them gets the clicks.

Team draft: in each round a coin says who picks first, and each picks its best document that is not
yet there. Radlinski, Kurup and Joachims, How does clickthrough data reflect retrieval quality?,
CIKM 2008.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from diptych.plugin.feedback.shown import Shown

Dice: TypeAlias = np.random.Generator

_EXACT_UP_TO: Final = 1_000


def team_draft(
    rankings: Mapping[str, Sequence[str]], dice: Dice, *, size: int
) -> list[tuple[str, str]]:
    """(document, profile) in order: the first `size` of the two rankings dealt into one.

    Args:
        rankings: profile -> document ids, best first; two of them.
    """
    one, other = rankings
    left = {name: iter(ids) for name, ids in rankings.items()}
    taken: dict[str, str] = {}
    while len(taken) < size:
        n_before = len(taken)
        for name in (one, other) if dice.random() < 0.5 else (other, one):
            best = next((id_ for id_ in left[name] if id_ not in taken), None)
            if best is not None and len(taken) < size:
                taken[best] = name
        if len(taken) == n_before:
            break
    return list(taken.items())


@dataclass(frozen=True, slots=True)
class Contest:
    """How two interleaved profiles did: trials in which one got more clicks than the other.

    `p` is how often a fair coin is as one-sided: the sign test.
    """

    one: str
    other: str
    n_for_one: int
    n_for_other: int
    n_equal: int
    p: float


def contests(shown: Sequence[Shown]) -> list[Contest]:
    """The outcome for each pair of profiles that was interleaved.

    All answers to one query of one client are one trial: the coin fell once for them.
    """
    leads: dict[tuple[str, str], dict[tuple[str, str], int]] = {}
    for answer in shown:
        names = sorted(set(answer.teams.values()))
        if len(names) != 2:
            continue
        one, other = names
        clicks = [answer.teams[id_] for id_ in answer.clicked if id_ in answer.teams]
        of_pair = leads.setdefault((one, other), {})
        trial = (answer.client or answer.query_id, answer.query)
        of_pair[trial] = of_pair.get(trial, 0) + clicks.count(one) - clicks.count(other)
    return [_contest(*pair, list(trials.values())) for pair, trials in sorted(leads.items())]


def _contest(one: str, other: str, leads: Sequence[int]) -> Contest:
    n_one, n_other = sum(lead > 0 for lead in leads), sum(lead < 0 for lead in leads)
    return Contest(one, other, n_one, n_other, leads.count(0), sign_test(n_one, n_other))


def sign_test(n_one: int, n_other: int) -> float:
    """How often a fair coin is as one-sided as this, in either direction.

    Exact up to 1,000 throws, from there on by the normal distribution, corrected for continuity.
    """
    n, most = n_one + n_other, max(n_one, n_other)
    if not n:
        return 1.0
    if n > _EXACT_UP_TO:
        return math.erfc(max(0, abs(n_one - n_other) - 1) / math.sqrt(2 * n))
    tail: int = sum(math.comb(n, k) for k in range(most, n + 1))
    return min(1.0, float(2 * tail / 2**n))
