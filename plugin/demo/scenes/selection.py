"""Which scenes the collection has: some planned for what people will ask, the others by chance."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from diptych.plugin.demo.looks import Dice
from diptych.plugin.demo.scenes.subjects import Scene, random_scene


@dataclass(frozen=True, slots=True)
class Plan:
    """A query, and the `n` scenes that surely answer it: a subject and facts."""

    query: str
    n: int
    subject: str
    facts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def is_answered_by(self, scene: Scene) -> bool:
        """Whether the scene is a right answer to the query."""
        return scene.subject == self.subject and self.facts.items() <= scene.facts.items()


#: Right answers for each of the six searches, and for the x-rays among the medical pictures.
PLANS = (
    Plan(
        "一只白色的猫在草地上玩耍",
        10,
        "animals",
        MappingProxyType({"kind": "cat", "colour": "white", "place": "grass", "action": "playing"}),
    ),
    Plan("夕阳下的海滩", 12, "beach", MappingProxyType({"time": "sunset"})),
    Plan("海边度假", 14, "holiday"),
    Plan("世界杯决赛", 10, "stadium", MappingProxyType({"sport": "football", "event": "final"})),
    Plan("细胞结构", 14, "cells"),
    Plan("医学图片", 14, "medicine"),
    Plan("胸部X光片", 8, "medicine", MappingProxyType({"kind": "chest x-ray"})),
)


def select(n: int, dice: Dice) -> list[Scene]:
    """`n` scenes in random order; with fewer than about 80 not every planned one is among them."""
    planned = list(_planned(dice))[:n]
    scenes = planned + [random_scene(dice) for _ in range(n - len(planned))]
    return [scenes[i] for i in dice.permutation(n)]


def _planned(dice: Dice) -> Iterator[Scene]:
    for plan in PLANS:
        for _ in range(plan.n):
            yield random_scene(dice, subject=plan.subject, **plan.facts)
