"""Aliases: a friendly word and an animal, in the reader's language."""

import secrets
from collections.abc import Collection

#: Code: Chinese, English.
MOODS = {
    "calm": ("安静的", "Calm"),
    "brave": ("勇敢的", "Brave"),
    "bright": ("明亮的", "Bright"),
    "gentle": ("温柔的", "Gentle"),
    "curious": ("好奇的", "Curious"),
    "patient": ("耐心的", "Patient"),
    "warm": ("温暖的", "Warm"),
    "honest": ("坦率的", "Honest"),
    "light": ("轻快的", "Light"),
    "thoughtful": ("爱思考的", "Thoughtful"),
    "sunny": ("阳光的", "Sunny"),
    "steady": ("踏实的", "Steady"),
    "quick": ("机灵的", "Quick"),
    "merry": ("开心的", "Merry"),
    "kind": ("善良的", "Kind"),
    "free": ("自在的", "Free"),
}
ANIMALS = {
    "deer": ("小鹿", "Deer"),
    "otter": ("水獭", "Otter"),
    "crane": ("白鹤", "Crane"),
    "panda": ("熊猫", "Panda"),
    "swallow": ("燕子", "Swallow"),
    "squirrel": ("松鼠", "Squirrel"),
    "dolphin": ("海豚", "Dolphin"),
    "hedgehog": ("刺猬", "Hedgehog"),
    "rabbit": ("兔子", "Rabbit"),
    "turtle": ("海龟", "Turtle"),
    "lark": ("云雀", "Lark"),
    "fox": ("狐狸", "Fox"),
    "koala": ("考拉", "Koala"),
    "seal": ("海豹", "Seal"),
    "firefly": ("萤火虫", "Firefly"),
    "whale": ("蓝鲸", "Whale"),
}
_TRIES = 20


def draw_alias(taken: Collection[str]) -> str:
    """Draw an alias, one that is not in use if that is easy."""
    drawn = ""
    for _ in range(_TRIES):
        drawn = f"{secrets.choice(list(MOODS))}-{secrets.choice(list(ANIMALS))}"
        if drawn not in taken:
            break
    return drawn


def alias_name(alias: str, locale: str) -> str:
    """Return the alias in words: 安静的小鹿, Calm Deer."""
    mood, animal = alias.split("-")
    chinese = locale.startswith("zh")
    if chinese:
        return MOODS[mood][0] + ANIMALS[animal][0]
    return f"{MOODS[mood][1]} {ANIMALS[animal][1]}"
