"""The demonstration's six searches among the scenes."""

from collections.abc import Mapping

from diptych.plugin.demo.collection import Facts
from diptych.plugin.demo.scenes.selection import PLANS
from diptych.plugin.demo.searches import DemoSearch

_TITLES = (
    "A white cat playing on grass",
    "A beach at sunset",
    "Holidays by the sea",
    "The final of a world cup",
    "The structure of a cell",
    "Medical pictures",
)


def scene_searches(_truth: Mapping[str, Facts]) -> tuple[DemoSearch, ...]:
    """One for each of the first six plans, all in Chinese."""
    return tuple(
        DemoSearch(title, text=plan.query, right={"subject": plan.subject, **plan.facts})
        for title, plan in zip(_TITLES, PLANS, strict=False)
    )
