"""Titles and descriptions as shops write them: uneven, with synonyms, brands and filler."""

from collections.abc import Sequence
from dataclasses import dataclass

from diptych.plugin.demo.assortment import TRADES
from diptych.plugin.demo.looks import Dice, Look
from diptych.plugin.demo.vocabulary import FEATURES, KIND_NAMES, MATERIALS, OCCASIONS, names_of

#: How often the words leave an attribute to the picture.
_UNSAID_SHARES = {"pattern": 0.5, "colour": 0.2, "length": 0.4, "sleeve": 0.5}
_LANGUAGES = ("en",) * 9 + ("zh",) * 9 + ("both",) * 2
_BRANDS_EN = ("Norvika", "Talmero", "Quilloni", "Lumbra", "Cassolo", "Verrano")
_BRANDS_ZH = ("溪野", "拾秋", "木南", "云屿", "川禾", "听山")
_FILLER_EN = ("new season", "best seller", "gift idea", "free shipping")
_FILLER_ZH = ("新款", "包邮", "正品", "秋冬", "百搭", "时尚")


@dataclass(frozen=True, slots=True)
class Wording:
    """What a shop says about one product; `language` is en, zh or both."""

    language: str
    title: str
    description: str
    brand: str
    material: str
    occasion: str
    feature: str
    unsaid: frozenset[str]


def describe(look: Look, *, unsaid: frozenset[str], dice: Dice) -> Wording:
    """Words for a look that leave out `unsaid`, and by chance more of what the picture shows."""
    language = _pick(dice, _LANGUAGES)
    left_out = unsaid | {name for name, p in _UNSAID_SHARES.items() if dice.random() < p}
    trade = TRADES[look.kind]
    material, occasion, feature = (
        _pick(dice, options) for options in (trade.materials, trade.occasions, trade.features)
    )
    brand = _pick(dice, _BRANDS_EN if language == "en" else _BRANDS_ZH)
    english, chinese = _title_en(look, left_out, dice), _title_zh(look, left_out, dice)
    return Wording(
        language=language,
        title=_dressed_up(language, english, chinese, brand, dice),
        description=_description(language, material, occasion, feature),
        brand=brand,
        material=material,
        occasion=occasion,
        feature=feature,
        unsaid=frozenset(name for name in left_out if getattr(look, name) is not None),
    )


def _title_en(look: Look, unsaid: frozenset[str], dice: Dice) -> str:
    said = {
        name: _name(look, name, unsaid, dice, is_english=True)
        for name in ("colour", "length", "sleeve", "pattern")
    }
    kind = _usual(dice, KIND_NAMES[look.kind].en)
    form = dice.random()
    if form < 0.6:
        return _joined(" ", *said.values(), kind)
    if form < 0.8:
        return _joined(" ", said["pattern"], said["colour"], said["length"], said["sleeve"], kind)
    colour = f"in {said['colour']}" if said["colour"] else ""
    return _joined(" ", said["length"], said["sleeve"], said["pattern"], kind, colour)


def _title_zh(look: Look, unsaid: frozenset[str], dice: Dice) -> str:
    said = [
        _name(look, name, unsaid, dice, is_english=False)
        for name in ("colour", "length", "sleeve", "pattern")
    ]
    kind = _usual(dice, KIND_NAMES[look.kind].zh)
    return _joined("", *said, kind) if dice.random() < 0.75 else _joined(" ", kind, *said)


def _dressed_up(language: str, english: str, chinese: str, brand: str, dice: Dice) -> str:
    """The title with the brand before it and filler after it, now and then."""
    has_brand, has_filler = dice.random() < 0.25, dice.random() < 0.25
    filler = _pick(dice, _FILLER_EN if language == "en" else _FILLER_ZH)
    english = english[0].upper() + english[1:]
    title = {"en": english, "zh": chinese, "both": f"{chinese} {english}"}[language]
    title = f"{brand} {title}" if has_brand else title
    if not has_filler:
        return title
    return f"{title}, {filler}" if language == "en" else f"{title} {filler}"


def _description(language: str, material: str, occasion: str, feature: str) -> str:
    terms = MATERIALS[material], OCCASIONS[occasion], FEATURES[feature]
    if language == "en":
        made_of, use, more = (term.en[0] for term in terms)
        return f"Made of {made_of}. For {use}. {more.capitalize()}."
    made_of, use, more = (term.zh[0] for term in terms)
    return f"{made_of}材质，适合{use}，{more}。"


def _name(
    look: Look, attribute: str, unsaid: frozenset[str], dice: Dice, *, is_english: bool
) -> str:
    term = None if attribute in unsaid else names_of(look, attribute)
    return _usual(dice, term.en if is_english else term.zh) if term else ""


def _usual(dice: Dice, names: Sequence[str]) -> str:
    """The first name two times out of three, else any."""
    return names[0] if dice.random() < 2 / 3 else _pick(dice, names)


def _pick(dice: Dice, options: Sequence[str]) -> str:
    return options[int(dice.integers(len(options)))]


def _joined(separator: str, *parts: str) -> str:
    return separator.join(part for part in parts if part)
