"""Copies and events planted into real messages, with what was planted."""

import os
import random
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

GREETINGS = ("尊敬的领导您好！", "您好，", "领导，您好：", "尊敬的书记：您好！我想反映一个问题，")
ENDINGS = ("望领导尽快处理，谢谢！", "希望有关部门重视，给我们一个答复。", "请尽快解决，谢谢。")
THINGS = (
    "小区",
    "公司",
    "学校",
    "医院",
    "超市",
    "业主",
    "老师",
    "房子",
    "街道",
    "幼儿园",
    "门店",
    "商场",
)
CLAUSE = re.compile("(?<=[，。！？；,!?;\n])")
NAME_STARTS, NAME_MIDDLES = "丽恒金锦华鼎宏融御龙翠碧澜景盛星悦嘉润", "发泰和源悦景湖江山达瑞安富祥"
NAME_ENDS = ("新城", "花园", "国际", "家园", "公馆", "华府", "广场", "山庄", "名邸", "雅苑")
OPENING = (
    "首先感谢您能在百忙之中抽出宝贵的时间阅读我的来信，我是西地省A市的一名普通市民，"
    "现将一些情况向您如实反映，恳请您能够给予关注和重视。"
)


def messages() -> pd.DataFrame:
    """Return all messages: source, time, text; skip where there are none."""
    folder = os.environ.get("REAL_DATA_DIR")
    if not folder:
        pytest.skip("REAL_DATA_DIR is not set: no real messages to plant in")
    frame = pd.read_csv(Path(folder) / "hotline_messages" / "messages.csv")
    return pd.DataFrame(
        {
            "source": frame["source"],
            "time": pd.to_datetime(frame["留言时间"], format="mixed"),
            "text": frame["留言详情"].str.strip(),
        }
    )


def untouched_half() -> list[str]:
    frame = messages()
    order = np.random.default_rng(0).permutation(len(frame))
    return frame["text"].iloc[order[len(frame) // 2 :]].tolist()


def copied(text: str, kind: str, draw: random.Random, letters: list[str]) -> str:
    """Change a text: greeting, typing errors, sentences left out, or things and numbers swapped."""
    if kind == "greeting":
        marks = re.sub("[，。！,.!]", lambda _: draw.choice("，。！,.; "), text)
        return draw.choice(GREETINGS) + marks
    if kind == "errors":
        changed = list(text)
        for place in draw.sample(range(len(changed)), max(1, round(0.05 * len(changed)))):
            letter = draw.choice(letters)
            changed[place] = draw.choice([letter, "", changed[place] + letter])
        return "".join(changed)
    if kind == "sentences":
        parts = [part for part in CLAUSE.split(text) if part]
        dropped = draw.sample(range(len(parts)), max(1, round(0.15 * len(parts))))
        kept = [part for i, part in enumerate(parts) if i not in dropped or len(parts) == 1]
        return "".join(kept) + draw.choice(ENDINGS)
    digits = re.sub(r"\d", lambda _: draw.choice("0123456789"), text)
    places = re.sub(r"[A-Z](?=市|\d*区|\d*县)", lambda _: draw.choice("ABCDEFGHIJKLM"), digits)
    present = [thing for thing in THINGS if thing in places]
    for thing in draw.sample(present, min(2, len(present))):
        places = places.replace(thing, draw.choice(THINGS))
    return places


def plant_copies(count: int = 1_200, seed: int = 7) -> tuple[pd.Series, list[tuple[int, int, str]]]:
    """Return messages and copies of some, and (original, copy, kind) by position."""
    texts = untouched_half()
    draw = random.Random(seed)
    letters = [c for c in "".join(texts[:500]) if "\u4e00" <= c <= "\u9fff"]
    long = [i for i, text in enumerate(texts) if len(text) >= 20]
    planted = []
    for number, original in enumerate(draw.sample(long, count)):
        kind = ("greeting", "errors", "sentences", "swaps")[number % 4]
        planted.append((original, len(texts), kind))
        texts.append(copied(texts[original], kind, draw, letters))
    return pd.Series(texts), planted


@dataclass(frozen=True)
class PlantedEvents:
    """Messages; ``event`` 0 = none, -1 = unrelated with a common opening; which events are fast."""

    texts: pd.Series
    times: pd.Series
    event: np.ndarray
    surges: list[int]
    slow: list[int]


def plant_events(seed: int, surges: int = 4, slow: int = 6, openings: int = 80) -> PlantedEvents:
    """Make events of messages that share a made-up place, and sentences of a few neighbours."""
    frame = messages()
    frame = frame[frame["source"].str.startswith("附件2")].reset_index(drop=True)
    draw = random.Random(seed)
    texts, times = frame["text"].tolist(), frame["time"].copy()
    event = np.zeros(len(texts), dtype=int)
    grams = [{text[i : i + 3] for i in range(len(text) - 2)} for text in texts]
    for number in range(1, surges + slow + 1):
        fast = number <= surges
        name = draw.choice(NAME_STARTS) + draw.choice(NAME_MIDDLES) + draw.choice(NAME_ENDS)
        code = draw.choice("ABCDE") + draw.choice(["", "3", "7", "12"])
        free = [i for i in range(len(texts)) if event[i] == 0 and 30 < len(texts[i]) < 600]
        seedling = draw.choice(free)
        near = sorted(free, key=lambda i: (-len(grams[i] & grams[seedling]) / len(grams[i]), i))[:5]
        pool = [p for i in near for p in CLAUSE.split(texts[i]) if 5 < len(p) < 60]
        start = pd.Timestamp("2017-01-01") + pd.Timedelta(days=draw.randrange(1000))
        span = 70 if fast else draw.choice([300, 500, 700])
        for i in draw.sample(free, draw.randint(40, 60) if fast else draw.randint(10, 40)):
            event[i] = number
            own = [part for part in CLAUSE.split(texts[i]) if len(part) < 60][: draw.randint(1, 4)]
            parts = draw.sample(pool, min(len(pool), draw.randint(2, 5) if fast else 3)) + own
            draw.shuffle(parts)
            for _ in range(draw.choice([1, 2, 2, 3]) if draw.random() < 0.95 else 0):
                place = draw.randrange(len(parts))
                parts[place] = draw.choice([name, f"{name}小区", f"我们{name}"]) + parts[place]
            texts[i] = re.sub(r"[A-Z]\d*(?=[市区县])", code, "".join(parts))
            times[i] = start + pd.Timedelta(minutes=draw.randrange(span * 1440))
    for i in draw.sample(np.flatnonzero(event == 0).tolist(), openings):
        texts[i] = OPENING + texts[i]
        event[i] = -1
    numbers = list(range(1, surges + slow + 1))
    return PlantedEvents(pd.Series(texts), times, event, numbers[:surges], numbers[surges:])
