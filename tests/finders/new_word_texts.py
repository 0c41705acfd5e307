"""Narratives with a word that is new, and the decisions about it."""

import datetime as dt
import itertools
import random

from jobs.decided import Decided
from queries.decisions import Decision
from queries.vocabulary import DecisionKind
from tests.staging import record

LAST_DAY = dt.date(2026, 3, 31)
NEW = "陪爬师"
BEFORE = ["消费者在景区预约", "家人上周联系了", "网上下单", "朋友介绍的", "投诉称", "平台推荐"]
AFTER = ["临时加价", "半路离开", "没有资质", "，收费过高", "不退定金", "态度恶劣", "迟到两小时"]
PLAIN = [
    "购买的手机无法开机，要求更换",
    "餐馆用餐后腹泻，要求赔偿",
    "健身房闭店，预付卡余额不退",
    "买了一件羽绒服，洗后掉色",
    "加油站加油量不足",
    "外卖送错餐品，商家不处理",
]


def narratives(seed, count, *, new=0):
    chance = random.Random(seed)
    pairs = list(itertools.product(BEFORE, AFTER))
    told = [f"{a}{NEW}{b}，编号{chance.randrange(10**6)}" for a, b in chance.sample(pairs, new)]
    return told + [f"{chance.choice(PLAIN)}，单号{chance.randrange(10**6)}" for _ in range(count)]


def records(prefix, texts, days, *, seed=0, **fields):
    """Spread texts over days."""
    chance = random.Random(seed)
    counties = ["420102", "420106", "420506"]
    found = []
    for number, text in enumerate(texts):
        county = chance.choice(counties)
        day = chance.choice(days)
        given = {
            "narrative": text,
            "province_code": "420000",
            "city_code": f"{county[:4]}00",
            "county_code": county,
            "operator_id": f"op-{chance.randrange(9)}",
            "respondent_name": "某某商行",
            "issue_type": "C03",
            "issue_subtype": "C03-01",
        } | fields
        found.append(record(f"{prefix}-{number:05}", f"{day}T09:30", **given))
    return found


def span(first, last):
    return [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]


WINDOW = span(LAST_DAY - dt.timedelta(days=29), LAST_DAY)
PAST = span(LAST_DAY - dt.timedelta(days=200), LAST_DAY - dt.timedelta(days=30))


def start():
    """Return a year with a word that is new in its last month."""
    return [
        *records("past", narratives(1, 600), PAST, seed=1),
        *records("now", narratives(2, 120, new=20), WINDOW, seed=2),
        *records("edge", ["购买的手机无法开机"], [LAST_DAY]),
    ]


def decided(*given):
    """Return decisions ``(word, verdict)``."""
    kept = [
        Decision(
            number,
            DecisionKind.WORD,
            word.lower(),
            verdict,
            {"word": word},
            "",
            "tester",
            dt.datetime(2026, 4, 1),
        )
        for number, (word, verdict) in enumerate(given, start=1)
    ]
    return Decided({DecisionKind.WORD: tuple(kept)})
