"""The shape of every kind of product, as one table."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from diptych.plugin.demo import (
    shapes_accessories,
    shapes_clothes,
    shapes_home,
    shapes_rooms,
    shapes_tops,
    shapes_worn,
)
from diptych.plugin.demo.looks import Dice, Look
from diptych.plugin.demo.outlines import Layer

Shape: TypeAlias = Callable[[Look, Dice], list[Layer]]

#: From a kind to the function that gives its layers, the lowest first.
SHAPES: Mapping[str, Shape] = MappingProxyType(
    {
        "coat": shapes_tops.coat,
        "jacket": shapes_tops.jacket,
        "dress": shapes_tops.dress,
        "shirt": shapes_tops.shirt,
        "tshirt": shapes_tops.tshirt,
        "sweater": shapes_tops.sweater,
        "trousers": shapes_clothes.trousers,
        "shorts": shapes_clothes.shorts,
        "skirt": shapes_clothes.skirt,
        "sneaker": shapes_clothes.sneaker,
        "boot": shapes_clothes.boot,
        "heel": shapes_clothes.heel,
        "sock": shapes_clothes.sock,
        "hat": shapes_worn.hat,
        "cap": shapes_worn.cap,
        "beanie": shapes_worn.beanie,
        "handbag": shapes_worn.handbag,
        "backpack": shapes_worn.backpack,
        "scarf": shapes_worn.scarf,
        "umbrella": shapes_worn.umbrella,
        "watch": shapes_worn.watch,
        "sunglasses": shapes_worn.sunglasses,
        "mug": shapes_home.mug,
        "bottle": shapes_home.bottle,
        "vase": shapes_home.vase,
        "bowl": shapes_home.bowl,
        "lamp": shapes_home.lamp,
        "chair": shapes_home.chair,
        "sofa": shapes_home.sofa,
        "cushion": shapes_home.cushion,
        "teapot": shapes_home.teapot,
        "glove": shapes_accessories.glove,
        "tie": shapes_accessories.tie,
        "belt": shapes_accessories.belt,
        "sandal": shapes_accessories.sandal,
        "suitcase": shapes_accessories.suitcase,
        "apron": shapes_accessories.apron,
        "plate": shapes_rooms.plate,
        "jug": shapes_rooms.jug,
        "rug": shapes_rooms.rug,
        "stool": shapes_rooms.stool,
        "clock": shapes_rooms.clock,
    }
)
