"""Chinese captions, one function a subject."""

from collections.abc import Mapping
from types import MappingProxyType

from diptych.plugin.demo.scenes.english import Sentence
from diptych.plugin.demo.scenes.sayings import Saying

_COUNTERS = {"horse": "匹", "cow": "头", "elephant": "头"}


def _coloured(say: Saying, noun: str, *, name: str = "colour") -> str:
    """The noun after its colour: 白猫, 白色猫 or 白色的猫."""
    colour = say.word(name)
    if not colour:
        return noun
    if colour.endswith("色"):
        return f"{colour}{'的' if say.chance(0.6) else ''}{noun}"
    return f"{colour}{noun}" if len(noun) == 1 else f"{colour}色{noun}"


def _animals(say: Saying) -> str:
    noun = _coloured(say, say.word("kind") or "动物")
    action, place = say.word("action"), say.word("place")
    one = f"一{_COUNTERS.get(say.facts.get('kind', ''), '只')}"
    form = say.dice.random()
    if form < 0.2 and action and place:
        return f"{place.removeprefix('在')}{action}的{noun}"
    if form < 0.3 and place:
        return f"{place.removeprefix('在')}的{noun}{'在' + action if action else ''}"
    start = one if form < 0.75 else ""
    if place:
        return f"{start}{noun}{place}{action}"
    return f"{start}{noun}{'正在' if action and say.chance(0.5) else ''}{action}"


def _beach(say: Saying) -> str:
    is_empty = say.facts.get("feature") == "empty"
    thing = "" if is_empty else say.word("feature")
    beach = say.pick("海滩", "沙滩", "海边", "海滩")
    time, sky = say.word("time"), say.word("sky")
    of_sky = f"{sky}的" if sky else ""
    if is_empty:
        beach = f"{say.word('feature')}的{beach}"
    if not time:
        return (
            f"{of_sky}{beach}{_on(beach) if say.chance(0.5) else '和'}{thing}"
            if thing
            else f"{of_sky}{beach}"
        )
    form = say.dice.random()
    if thing and form < 0.5:
        return f"{time}{beach}{_on(beach)}{thing}{'，天空' + sky if sky else ''}"
    tail = f"，{say.pick('有', '还有')}{thing}" if thing else ""
    return f"{time}{'' if form > 0.85 and not sky else '的'}{of_sky}{beach}{tail}"


def _on(beach: str) -> str:
    return "的" if beach.endswith("边") else "上的"


#: From an activity to its phrase without and with a colour.
_OUTINGS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = MappingProxyType(
    {
        "hotel": (("海边酒店", "海滨酒店", "海景酒店"), ("海边的{}酒店", "{}的海滨酒店")),
        "pool": (("海边泳池", "酒店游泳池", "泳池休闲"), ("泳池边的{}遮阳伞", "海边泳池和{}阳伞")),
        "parasols": (
            ("沙滩遮阳伞", "沙滩上的遮阳伞和躺椅", "海滩阳伞"),
            ("沙滩上的{}遮阳伞", "{}的沙滩伞", "海边一排{}遮阳伞"),
        ),
        "surfing": (("冲浪", "海上冲浪", "冲浪的人"), ("踩着{}冲浪板冲浪", "用{}冲浪板冲浪的人")),
        "sailing": (("帆船", "海上帆船", "扬帆出海"), ("{}的帆船", "海上的{}帆船", "{}船帆的帆船")),
        "diving": (("潜水", "水下潜水员", "海底潜水"), ("穿{}潜水服的潜水员", "{}潜水服潜水")),
        "jetski": (("水上摩托", "骑水上摩托艇", "海上摩托艇"), ("{}水上摩托艇", "骑{}摩托艇")),
    }
)


def _holiday(say: Saying) -> str:
    activity, colour, time = say.facts.get("activity"), say.word("colour"), say.word("time")
    lead = say.pick("海边度假", "海滨度假", "海边旅游")
    if activity is None:
        return f"{time}{lead}"
    if colour and not colour.endswith("色"):
        colour += "色"
    plain, coloured = _OUTINGS[activity]
    phrase = say.pick(*coloured).format(colour) if colour else say.pick(*plain)
    if say.chance(0.25):
        return f"{lead}，{time}{phrase}"
    return f"{time}{phrase}"


def _stadium(say: Saying) -> str:
    sport, event, time = say.word("sport"), say.word("event"), say.word("time")
    if say.facts.get("time") == "night" and say.chance(0.4):
        time = "灯光下"
    contest = f"{sport}{event}" if event else f"体育场里的{sport or '比赛'}"
    if say.facts.get("event") == "final":
        if say.facts.get("sport") == "football" and say.chance(0.7):
            contest = say.pick("世界杯决赛", "足球世界杯决赛", "世界杯足球赛决赛")
        contest += say.pick("", "", "，金色奖杯", "现场")
    start = f"{time}的{contest}" if time else contest
    if colour := say.word("colour"):
        colour = colour.removesuffix("色")
        start += say.pick(f"，{colour}色球衣", f"，穿{colour}色球衣", f"，{colour}队")
    return start


def _cells(say: Saying) -> str:
    noun = _coloured(say, say.word("kind") or say.pick("细胞", "细胞结构"))
    style = say.word("style")
    if say.facts.get("style") == "microscope":
        return f"{style}的{noun}"
    return noun + style.removeprefix("结构" if noun.endswith("结构") and style == "结构图" else "")


def _medicine(say: Saying) -> str:
    noun = say.word("kind") or say.pick("医学图片", "医学图像")
    ground = say.word("background").removesuffix("色")
    if not ground:
        return noun + (say.pick("图片", "照片") if say.chance(0.15) else "")
    return say.pick(
        f"{ground}色背景的{noun}", f"{noun}，{ground}色背景", f"{ground}色背景上的{noun}"
    )


#: From a subject to what makes its captions.
SENTENCES: Mapping[str, Sentence] = MappingProxyType(
    {
        "animals": _animals,
        "beach": _beach,
        "holiday": _holiday,
        "stadium": _stadium,
        "cells": _cells,
        "medicine": _medicine,
    }
)
