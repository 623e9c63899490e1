"""English captions, one function a subject."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from diptych.plugin.demo.scenes.sayings import Saying, joined, with_article

Sentence: TypeAlias = Callable[[Saying], str]
_PHOTOS = ("photo of", "picture of", "a photograph of")


def _animals(say: Saying) -> str:
    noun = joined(say.word("colour"), say.word("kind") or "animal")
    action, place = say.word("action"), say.word("place")
    form = say.dice.random()
    if form < 0.2 and place:
        return f"{place}, {joined(with_article(noun), action)}"
    if form < 0.4:
        return joined(noun, action, place)
    if form < 0.5:
        return joined(say.pick(*_PHOTOS), with_article(noun), action, place)
    if form < 0.65 and action.endswith("ing"):
        return joined(with_article(noun), "is", action, place)
    return joined(with_article(noun), action, place)


def _beach(say: Saying) -> str:
    is_empty = say.facts.get("feature") == "empty"
    adjective = say.word("feature") if is_empty else ""
    thing = "" if is_empty else say.word("feature")
    beach = joined(adjective, say.pick("beach", "beach", "seashore", "sandy beach"))
    time, sky = say.word("time"), say.word("sky")
    under = f"under {sky}" if sky and sky.startswith("a ") else joined("with" if sky else "", sky)
    form = say.dice.random()
    if thing and form < 0.4:
        return joined(thing, f"on the {beach}", time, under)
    if say.facts.get("time") in ("sunset", "sunrise") and form < 0.55:
        with_thing = f"with {thing}" if thing else ""
        return joined(say.facts["time"], say.pick("over", "on"), f"the {beach}", with_thing, under)
    start = with_article(beach) if say.chance(0.5) else beach
    return joined(start, time, f"with {thing}" if thing else "", under)


#: From an activity to its phrase without and with a colour.
_OUTINGS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = MappingProxyType(
    {
        "hotel": (
            ("hotel by the sea", "seaside hotel", "beach resort hotel"),
            ("{} hotel by the sea", "{} seaside hotel", "{} hotel on the beach"),
        ),
        "pool": (
            ("swimming pool by the sea", "hotel pool", "relaxing at the pool"),
            ("swimming pool with {} parasols", "pool and {} sunshades by the sea"),
        ),
        "parasols": (
            ("parasols on the beach", "sunshades and deck chairs on the sand", "beach umbrellas"),
            ("{} parasols on the beach", "{} beach umbrellas", "rows of {} sunshades by the sea"),
        ),
        "surfing": (
            ("surfing", "a surfer riding a wave", "surfer on a big wave"),
            ("surfing on a {} board", "surfer with a {} surfboard", "riding a wave on a {} board"),
        ),
        "sailing": (
            ("sailing", "a sailing boat at sea", "yacht under sail"),
            ("boat with a {} sail", "sailing with {} sails", "yacht with {} sails at sea"),
        ),
        "diving": (
            ("diving", "a scuba diver among fish", "diver under water"),
            ("diver in a {} suit", "scuba diver in {} among corals"),
        ),
        "jetski": (
            ("jet ski", "riding a water scooter", "water scooter on the sea"),
            ("{} jet ski", "riding a {} water scooter", "someone on a {} jet ski"),
        ),
    }
)


def _holiday(say: Saying) -> str:
    activity, colour, time = say.facts.get("activity"), say.word("colour"), say.word("time")
    lead = say.pick("seaside holiday", "beach holiday", "holiday by the sea", "summer vacation")
    if activity is None:
        return joined(lead, time)
    plain, coloured = _OUTINGS[activity]
    phrase = say.pick(*coloured).format(colour) if colour else say.pick(*plain)
    if say.chance(0.25):
        return joined(f"{lead},", phrase, time)
    return joined(phrase, time)


def _stadium(say: Saying) -> str:
    sport, event, time = say.word("sport"), say.word("event"), say.word("time")
    if say.facts.get("time") == "night" and say.chance(0.5):
        time = "under floodlights"
    team = ""
    if colour := say.word("colour"):
        who = "a player" if say.facts.get("sport") == "tennis" else "the team"
        team = say.pick(f"{who} in {colour}", f"with {colour} shirts", f"{colour} jerseys")
    is_final = say.facts.get("event") == "final"
    contest = joined(sport, event)
    if is_final and say.facts.get("sport") == "football" and say.chance(0.7):
        contest = say.pick("World Cup final", "football World Cup final", "soccer world cup final")
    if not event:
        contest = joined(sport, say.pick("in a stadium", "in front of a full stand"))
    cup = say.pick("with the trophy", "and the golden cup", "with confetti") if is_final else ""
    start = contest if say.chance(0.7) else joined(contest, cup)
    whole = joined(start, time)
    if not team:
        return whole
    return f"{whole} {team}" if team.startswith("with") else f"{whole}, {team}"


def _cells(say: Saying) -> str:
    kind = say.word("kind") or say.pick("cell", "cell structure")
    colour, style = say.word("colour"), say.word("style")
    if say.facts.get("style") == "diagram":
        if say.chance(0.5):
            return joined(with_article(style), "of", joined(colour, kind))
        return joined(colour, kind, style)
    if say.chance(0.3) and colour:
        return joined(kind, style, "in", colour)
    return joined(colour, kind, style)


def _medicine(say: Saying) -> str:
    kind, ground = say.word("kind"), say.word("background")
    start = kind or say.pick("medical picture", "medical image")
    if kind and say.chance(0.2):
        start = joined(say.pick("picture of", "illustration of"), kind)
    if not ground:
        return start
    return joined(
        start, say.pick(f"on a {ground} background", f"on {ground}", f"in front of {ground}")
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
