"""Which hits can be asked for."""

from diptych.errors import UsageError

#: Hits of each leg that take part in the blend, and the most hits on a page.
WINDOW = 200
#: The last rank that can be asked for: the engines' default of `index.max_result_window`.
MAX_RANK = 10_000


def check_page(size: int, from_: int) -> None:
    """Pass if the page can be asked for.

    Raises:
        UsageError: a size or a start out of range.
    """
    if not 1 <= size <= WINDOW:
        raise UsageError(f"A page of {size} hits cannot be made: use a size of 1 to {WINDOW}.")
    if from_ < 0:
        raise UsageError(f"A page cannot begin after {from_} hits: use 0 or more.")
    if from_ + size > MAX_RANK:
        raise UsageError(
            f"Hits {from_ + 1:,} to {from_ + size:,} are not ranked: a page must end by the "
            f"{MAX_RANK:,}th hit; narrow the search by words or filters."
        )
