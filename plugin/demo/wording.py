"""Titles and descriptions as shops write them: uneven, with synonyms, brands and filler."""

from collections.abc import Sequence
from dataclasses import dataclass

from diptych.plugin.demo.assortment import TRADES
from diptych.plugin.demo.looks import Dice, Look, pick
from diptych.plugin.demo.vocabulary import FEATURES, KIND_NAMES, MATERIALS, OCCASIONS, names_of

#: How often the words leave an attribute to the picture.
_UNSAID_SHARES = {"pattern": 0.5, "colour": 0.2, "length": 0.4, "sleeve": 0.5, "material": 0.25}
#: How often a title is misspelt, and how often a shop knows no brand.
_TYPO_SHARE = 0.04
_NAMELESS_SHARE = 0.08
#: What Chinese shops type for a word that sounds alike.
_TYPOS_ZH = {"裙": "群", "衣": "依", "包": "苞", "沙发": "沙法", "帽": "冒", "灯": "登", "鞋": "邪"}
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
    brand: str | None
    occasion: str
    feature: str
    unsaid: frozenset[str]


def describe(look: Look, *, unsaid: frozenset[str], dice: Dice) -> Wording:
    """Words for a look that leave out `unsaid`, and by chance more of what the picture shows."""
    language = pick(dice, _LANGUAGES)
    left_out = unsaid | {name for name, p in _UNSAID_SHARES.items() if dice.random() < p}
    trade = TRADES[look.kind]
    occasion, feature = (pick(dice, options) for options in (trade.occasions, trade.features))
    brand = pick(dice, _BRANDS_EN if language == "en" else _BRANDS_ZH)
    is_nameless = dice.random() < _NAMELESS_SHARE
    material = None if "material" in left_out else look.material
    english, chinese = _title_en(look, left_out, dice), _title_zh(look, left_out, dice)
    return Wording(
        language=language,
        title=_dressed_up(language, english, chinese, brand, dice),
        description=_description(language, material, occasion, feature),
        brand=None if is_nameless else brand,
        occasion=occasion,
        feature=feature,
        unsaid=frozenset(name for name in left_out if getattr(look, name) is not None),
    )


def _title_en(look: Look, unsaid: frozenset[str], dice: Dice) -> str:
    said = {
        name: _name(look, name, unsaid, dice, is_english=True)
        for name in ("colour", "length", "sleeve", "pattern")
    }
    kind = _misspelt_en(_usual(dice, KIND_NAMES[look.kind].en), dice)
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
    kind = _misspelt_zh(_usual(dice, KIND_NAMES[look.kind].zh), dice)
    return _joined("", *said, kind) if dice.random() < 0.75 else _joined(" ", kind, *said)


def _dressed_up(language: str, english: str, chinese: str, brand: str, dice: Dice) -> str:
    """The title with the brand before it and filler after it, now and then."""
    has_brand, has_filler = dice.random() < 0.25, dice.random() < 0.25
    filler = pick(dice, _FILLER_EN if language == "en" else _FILLER_ZH)
    english = english[0].upper() + english[1:]
    title = {"en": english, "zh": chinese, "both": f"{chinese} {english}"}[language]
    title = f"{brand} {title}" if has_brand else title
    if not has_filler:
        return title
    return f"{title}, {filler}" if language == "en" else f"{title} {filler}"


def _description(language: str, material: str | None, occasion: str, feature: str) -> str:
    use, more = OCCASIONS[occasion], FEATURES[feature]
    made_of = MATERIALS[material] if material else None
    if language == "en":
        start = f"Made of {made_of.en[0]}. " if made_of else ""
        return f"{start}For {use.en[0]}. {more.en[0].capitalize()}."
    start = f"{made_of.zh[0]}材质，" if made_of else ""
    return f"{start}适合{use.zh[0]}，{more.zh[0]}。"


def _misspelt_en(word: str, dice: Dice) -> str:
    """Two neighbouring letters in the middle swapped, in words that have a middle."""
    if len(word) < 5 or dice.random() >= _TYPO_SHARE:
        return word
    i = int(dice.integers(1, len(word) - 2))
    return word[:i] + word[i + 1] + word[i] + word[i + 2 :]


def _misspelt_zh(word: str, dice: Dice) -> str:
    if dice.random() >= _TYPO_SHARE:
        return word
    right = next((right for right in _TYPOS_ZH if right in word), "")
    return word.replace(right, _TYPOS_ZH[right]) if right else word


def _name(
    look: Look, attribute: str, unsaid: frozenset[str], dice: Dice, *, is_english: bool
) -> str:
    term = None if attribute in unsaid else names_of(look, attribute)
    return _usual(dice, term.en if is_english else term.zh) if term else ""


def _usual(dice: Dice, names: Sequence[str]) -> str:
    """The first name two times out of three, else any."""
    return names[0] if dice.random() < 2 / 3 else pick(dice, names)


def _joined(separator: str, *parts: str) -> str:
    return separator.join(part for part in parts if part)
