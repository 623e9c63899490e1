"""What shops call kinds, colours, patterns and so on, in English and Chinese."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from diptych.plugin.demo.looks import Look


@dataclass(frozen=True, slots=True)
class Term:
    """One thing's names: the usual one first.

    No text of the catalogue contains an `unwritten` name: a shopper may say it, and then
    keywords find nothing.
    """

    en: tuple[str, ...]
    zh: tuple[str, ...]
    unwritten: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[str]:
        """Every name, in both languages."""
        yield from (*self.en, *self.zh, *self.unwritten)


def _term(en: str, zh: str, unwritten: str = "") -> Term:
    return Term(*(tuple(filter(None, names.split("|"))) for names in (en, zh, unwritten)))


KIND_NAMES: Mapping[str, Term] = MappingProxyType(
    {
        "coat": _term("coat|overcoat", "外套|大衣|风衣", "trench coat"),
        "jacket": _term("jacket|zip jacket", "夹克|夹克衫"),
        "dress": _term("dress", "连衣裙|裙子", "frock|gown"),
        "shirt": _term("shirt|blouse", "衬衫|衬衣"),
        "tshirt": _term("t-shirt|tee", "T恤|T恤衫"),
        "sweater": _term("sweater|knitwear", "毛衣|针织衫", "jumper|pullover"),
        "trousers": _term("trousers|pants", "裤子|长裤", "slacks"),
        "shorts": _term("shorts", "短裤"),
        "skirt": _term("skirt", "半身裙"),
        "sneaker": _term("sneakers|running shoe", "运动鞋|球鞋", "trainers"),
        "boot": _term("boots", "靴子|靴"),
        "heel": _term("high heels", "高跟鞋", "pumps"),
        "sock": _term("socks", "袜子"),
        "hat": _term("brimmed hat|fedora", "礼帽|宽檐帽"),
        "cap": _term("baseball cap|cap", "棒球帽|鸭舌帽"),
        "beanie": _term("beanie|knit hat", "毛线帽|针织帽", "bobble"),
        "handbag": _term("handbag|tote", "手提包|手袋", "purse"),
        "backpack": _term("backpack|school bag", "背包|双肩包", "rucksack"),
        "scarf": _term("scarf", "围巾"),
        "umbrella": _term("umbrella", "雨伞|伞", "parasol"),
        "watch": _term("watch|wristwatch", "手表|腕表"),
        "sunglasses": _term("sunglasses", "太阳镜|墨镜", "shades"),
        "mug": _term("mug|coffee mug", "马克杯|杯子"),
        "bottle": _term("bottle|water bottle", "水瓶|瓶子"),
        "vase": _term("vase", "花瓶"),
        "bowl": _term("bowl", "碗"),
        "lamp": _term("lamp", "灯"),
        "chair": _term("chair", "椅子"),
        "sofa": _term("sofa", "沙发", "couch|settee"),
        "cushion": _term("cushion|throw pillow", "抱枕|靠垫"),
        "teapot": _term("teapot", "茶壶"),
        "glove": _term("gloves", "手套", "mittens"),
        "tie": _term("necktie|tie", "领带"),
        "belt": _term("belt", "腰带|皮带"),
        "sandal": _term("sandals", "凉鞋"),
        "suitcase": _term("suitcase|trolley case", "行李箱|拉杆箱", "luggage"),
        "apron": _term("apron", "围裙", "pinafore"),
        "plate": _term("plate|dinner plate", "盘子|餐盘"),
        "jug": _term("jug", "水壶|冷水壶", "pitcher"),
        "rug": _term("rug", "地毯", "carpet"),
        "stool": _term("stool", "凳子|圆凳"),
        "clock": _term("wall clock|clock", "挂钟|时钟"),
    }
)
COLOUR_NAMES: Mapping[str, Term] = MappingProxyType(
    {
        "black": _term("black", "黑色|纯黑", "黑"),
        "white": _term("white|ivory", "白色|纯白", "白"),
        "grey": _term("grey|gray", "灰色", "灰"),
        "red": _term("red|crimson", "红色|大红", "scarlet|红"),
        "orange": _term("orange", "橙色|橘色", "橙|橘"),
        "yellow": _term("yellow", "黄色|明黄", "黄"),
        "green": _term("green", "绿色", "绿"),
        "blue": _term("blue", "蓝色", "navy|蓝"),
        "purple": _term("purple|violet", "紫色", "紫"),
        "pink": _term("pink", "粉色|粉红色", "rose|粉"),
        "brown": _term("brown|chocolate", "棕色|咖啡色", "褐色|棕"),
        "beige": _term("beige|cream", "米色|杏色", "sand|米白色"),
    }
)
PATTERN_NAMES: Mapping[str, Term] = MappingProxyType(
    {
        "plain": _term("plain|solid", "纯色|素色"),
        "stripes": _term("striped|stripy", "条纹", "stripe|stripes"),
        "dots": _term("polka dot|dotted", "波点|圆点", "dots|spotted|spots|点点"),
        "checks": _term("checked|plaid", "格子|格纹", "gingham|checkered|方格"),
        "floral": _term("floral|flower print", "碎花|印花", "flowery|flowers|花朵"),
        "gradient": _term("gradient|ombre", "渐变"),
        "zigzag": _term("zigzag|wavy", "人字纹|波浪纹", "chevron|锯齿纹"),
        "camouflage": _term("camouflage|camo print", "迷彩", "military|camo"),
    }
)
SLEEVE_NAMES: Mapping[str, Term] = MappingProxyType(
    {
        "none": _term("sleeveless", "无袖"),
        "short": _term("short-sleeved", "短袖"),
        "long": _term("long-sleeved", "长袖"),
    }
)
_LENGTH_NAMES: Mapping[str, Term] = MappingProxyType(
    {
        "short": _term("mini|short", "短款", "cropped"),
        "long": _term("maxi|long", "长款", "full-length"),
    }
)
_LENGTH_NAMES_BY_KIND: Mapping[tuple[str, str], Term] = MappingProxyType(
    {
        ("coat", "short"): _term("short", "短款", "cropped"),
        ("coat", "long"): _term("long", "长款", "full-length"),
        ("boot", "short"): _term("ankle", "短筒"),
        ("boot", "long"): _term("knee-high", "长筒"),
        ("sock", "short"): _term("ankle", "短筒"),
        ("sock", "long"): _term("knee-high", "长筒"),
        ("lamp", "short"): _term("table", "台式|床头"),
        ("lamp", "long"): _term("floor", "落地"),
    }
)
MATERIALS: Mapping[str, Term] = MappingProxyType(
    {
        "cotton": _term("cotton", "棉"),
        "linen": _term("linen", "亚麻"),
        "wool": _term("wool", "羊毛"),
        "silk": _term("silk", "真丝"),
        "leather": _term("leather", "真皮"),
        "canvas": _term("canvas", "帆布"),
        "nylon": _term("nylon", "尼龙"),
        "metal": _term("metal", "金属"),
        "ceramic": _term("ceramic", "陶瓷"),
        "glass": _term("glass", "玻璃"),
        "velvet": _term("velvet", "丝绒"),
        "wood": _term("wood", "实木"),
    }
)
OCCASIONS: Mapping[str, Term] = MappingProxyType(
    {
        "office": _term("the office", "通勤"),
        "travel": _term("travel", "旅行"),
        "party": _term("parties", "聚会"),
        "school": _term("school days", "上学"),
        "weekend": _term("the weekend", "周末"),
        "wedding": _term("weddings", "婚礼"),
        "kitchen": _term("the kitchen", "厨房"),
        "living room": _term("the living room", "客厅"),
        "bedroom": _term("the bedroom", "卧室"),
    }
)
FEATURES: Mapping[str, Term] = MappingProxyType(
    {
        "waterproof": _term("waterproof", "防水"),
        "washable": _term("machine washable", "可机洗"),
        "light": _term("lightweight", "轻便"),
        "breathable": _term("breathable", "透气"),
        "warm": _term("warm", "保暖"),
        "handmade": _term("handmade", "手工制作"),
        "dishwasher": _term("dishwasher safe", "可用洗碗机清洗"),
    }
)


def length_names(kind: str, length: str) -> Term:
    """What a short or long product of a kind is called: a long boot is knee-high."""
    return _LENGTH_NAMES_BY_KIND.get((kind, length), _LENGTH_NAMES[length])


def names_of(look: Look, attribute: str) -> Term | None:
    """The names of what a look has there; None where it has none, as no mug has sleeves."""
    value = getattr(look, attribute)
    return None if value is None else value_names(attribute, value, kind=look.kind)


def value_names(attribute: str, value: str, *, kind: str) -> Term:
    """The names of an attribute's value on products of a kind."""
    if attribute == "length":
        return length_names(kind, value)
    return _NAMES_BY_ATTRIBUTE[attribute][value]


def unwritten_names() -> Iterable[str]:
    """English names that no text of the catalogue contains as a word."""
    for terms in (KIND_NAMES, COLOUR_NAMES, PATTERN_NAMES):
        for term in terms.values():
            yield from (name for name in term.unwritten if name.isascii())


_NAMES_BY_ATTRIBUTE: Mapping[str, Mapping[str, Term]] = MappingProxyType(
    {
        "kind": KIND_NAMES,
        "colour": COLOUR_NAMES,
        "pattern": PATTERN_NAMES,
        "sleeve": SLEEVE_NAMES,
        "material": MATERIALS,
        "feature": FEATURES,
    }
)
