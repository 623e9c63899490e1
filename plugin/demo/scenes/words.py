"""What people call the subjects of the scenes and their facts, in English and Chinese."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

from diptych.plugin.demo.vocabulary import Term

Terms: TypeAlias = Mapping[str, Term]


def _term(en: str, zh: str) -> Term:
    return Term(tuple(en.split("|")), tuple(zh.split("|")))


#: Captions that say no more than the subject.
WIDE: Terms = MappingProxyType(
    {
        "animals": _term("animals|an animal|animal photo|animal picture", "动物|动物图片|动物照片"),
        "beach": _term(
            "beach|the beach|sea and sand|a day at the beach|beach view",
            "海滩|沙滩|海滩风景|海边的沙滩|海滩照片",
        ),
        "holiday": _term(
            "seaside holiday|holiday by the sea|beach vacation|summer vacation at the seaside",
            "海边度假|海滨度假|海边旅游|夏日海边假期|海滨假日",
        ),
        "stadium": _term(
            "sports event|a stadium full of spectators|sport in a stadium|big sports competition",
            "体育比赛|体育场|体育赛事|座无虚席的体育场",
        ),
        "cells": _term(
            "cell structure|cells|structure of a cell|biology picture|cell biology",
            "细胞结构|细胞|细胞图片|细胞的结构|生物学图片",
        ),
        "medicine": _term(
            "medical picture|medicine|medical image|healthcare picture|medical illustration",
            "医学图片|医学|医学图像|医疗图片|医学插图",
        ),
    }
)
_COLOURS: Terms = MappingProxyType(
    {
        "white": _term("white", "白色|白"),
        "black": _term("black", "黑色|黑"),
        "brown": _term("brown", "棕色|褐色|棕"),
        "grey": _term("grey|gray", "灰色|灰"),
        "orange": _term("orange|ginger", "橘色|橙色|橘"),
        "golden": _term("golden|yellow", "金色|金黄色|黄"),
        "red": _term("red", "红色|红"),
        "blue": _term("blue", "蓝色|蓝"),
        "yellow": _term("yellow", "黄色|黄"),
        "green": _term("green", "绿色|绿"),
        "pink": _term("pink", "粉色|粉红色"),
        "purple": _term("purple|violet", "紫色|紫"),
    }
)
_TIMES: Terms = MappingProxyType(
    {
        "sunrise": _term(
            "at sunrise|in the morning|at dawn|early in the morning",
            "日出时|清晨|早晨|朝阳下|黎明",
        ),
        "noon": _term(
            "at noon|in bright sunshine|on a sunny day|at midday", "正午|阳光下|中午|白天"
        ),
        "sunset": _term(
            "at sunset|in the evening|at dusk|in the setting sun",
            "夕阳下|日落时|傍晚|黄昏|落日下",
        ),
        "night": _term("at night|by night|after dark", "夜晚|夜里|晚上|深夜"),
        "day": _term("by day|in daylight|in the afternoon", "白天|日间|下午"),
    }
)
_KINDS: Terms = MappingProxyType(
    {
        "cat": _term("cat|kitten|kitty", "猫|小猫|猫咪"),
        "dog": _term("dog|puppy|doggy", "狗|小狗|狗狗"),
        "rabbit": _term("rabbit|bunny", "兔子|小兔子|兔"),
        "horse": _term("horse|pony", "马|骏马"),
        "cow": _term("cow", "牛|奶牛"),
        "sheep": _term("sheep|lamb", "羊|绵羊"),
        "elephant": _term("elephant", "大象|象"),
        "bird": _term("bird|little bird", "鸟|小鸟|鸟儿"),
        "animal cell": _term(
            "animal cell|structure of an animal cell|animal cell structure",
            "动物细胞|动物细胞结构|动物细胞的结构",
        ),
        "plant cell": _term(
            "plant cell|structure of a plant cell|plant cell with chloroplasts",
            "植物细胞|植物细胞结构|有叶绿体的植物细胞",
        ),
        "bacterium": _term(
            "bacterium|bacteria|bacterial cell|bacterium with flagella", "细菌|细菌细胞|细菌结构"
        ),
        "neuron": _term("neuron|nerve cell|neuron with its axon", "神经元|神经细胞|神经元结构"),
        "blood cells": _term(
            "blood cells|red blood cells|red and white blood cells", "血细胞|红细胞|红细胞和白细胞"
        ),
        "chest x-ray": _term(
            "chest x-ray|x-ray of the chest|chest radiograph|x-ray of ribs and lungs",
            "胸部X光片|胸片|胸部X光|肺部X光片",
        ),
        "hand x-ray": _term(
            "hand x-ray|x-ray of a hand|hand bones on an x-ray", "手部X光片|手的X光片|手骨X光"
        ),
        "heart": _term("human heart|heart anatomy|heart", "心脏|人体心脏|心脏解剖图"),
        "lungs": _term("lungs|human lungs|lungs and windpipe", "肺|肺部|人体肺部"),
        "brain": _term("human brain|brain", "大脑|人脑|脑部"),
        "tooth": _term("tooth|molar|tooth anatomy", "牙齿|臼齿|牙齿结构"),
        "skeleton": _term("human skeleton|skeleton", "骨骼|人体骨骼|骨架"),
        "stethoscope": _term("stethoscope|doctor's stethoscope", "听诊器|医生的听诊器"),
        "syringe": _term("syringe|injection needle|vaccine syringe", "注射器|针筒|疫苗注射器"),
        "pills": _term("pills|pills and capsules|tablets", "药片|药丸|药片和胶囊"),
    }
)
#: From an attribute to the names of its values.
TERMS: Mapping[str, Terms] = MappingProxyType(
    {
        "kind": _KINDS,
        "colour": _COLOURS,
        "background": _COLOURS,
        "time": _TIMES,
        "place": MappingProxyType(
            {
                "grass": _term(
                    "on the grass|in a meadow|on a lawn|in the grass",
                    "在草地上|在草坪上|在草原上|在草丛中",
                ),
                "beach": _term("on the beach|by the sea|on the sand", "在沙滩上|在海滩上|在海边"),
                "snow": _term(
                    "in the snow|on the snow|on a snowy field", "在雪地里|在雪地上|在雪中"
                ),
                "forest": _term(
                    "in the forest|in the woods|among trees", "在森林里|在树林里|在林中"
                ),
                "sofa": _term(
                    "on the sofa|on a couch|at home on the sofa", "在沙发上|在家里的沙发上"
                ),
            }
        ),
        "action": MappingProxyType(
            {
                "playing": _term("playing|playing with a ball|at play", "玩耍|玩球|玩|嬉戏"),
                "sleeping": _term("sleeping|asleep|taking a nap", "睡觉|睡着|打盹"),
                "running": _term("running|racing along|at a run", "奔跑|跑|飞奔"),
                "sitting": _term("sitting|sitting still", "坐着|蹲坐"),
                "standing": _term("standing|standing still", "站着|站立"),
                "eating": _term("eating|feeding", "吃东西|进食|觅食"),
                "flying": _term("flying|in flight", "飞翔|飞|飞行"),
            }
        ),
        "feature": MappingProxyType(
            {
                "palms": _term("palm trees|palms|coconut palms", "棕榈树|椰子树|椰树"),
                "boats": _term("boats|boats on the water|small boats", "小船|船只|船"),
                "waves": _term("waves|big waves|rolling waves|breakers", "海浪|浪花|大浪"),
                "couple": _term(
                    "a couple|two people|a couple holding hands", "情侣|一对恋人|两个人"
                ),
                "empty": _term("empty|deserted|lonely", "空无一人|无人|空旷"),
            }
        ),
        "sky": MappingProxyType(
            {
                "clear": _term("a clear sky|a cloudless sky", "晴朗|万里无云"),
                "cloudy": _term("clouds in the sky|a cloudy sky", "多云|有云"),
            }
        ),
        "sport": MappingProxyType(
            {
                "football": _term("football|soccer", "足球"),
                "basketball": _term("basketball", "篮球"),
                "tennis": _term("tennis", "网球"),
                "athletics": _term("athletics|track running|track and field", "田径|跑步"),
            }
        ),
        "event": MappingProxyType(
            {
                "match": _term("match|game|competition", "比赛|赛事"),
                "final": _term("final|championship final|cup final", "决赛|冠军赛|总决赛"),
            }
        ),
        "style": MappingProxyType(
            {
                "diagram": _term("diagram|drawing|scheme", "示意图|结构图|图解"),
                "microscope": _term(
                    "under the microscope|microscope view|seen through a microscope",
                    "显微镜下|显微镜视野中",
                ),
            }
        ),
    }
)
