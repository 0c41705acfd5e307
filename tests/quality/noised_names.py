"""Company names as people write them: planted noise for judging how names are brought together.

Written before anything was tuned on it. Of each name one or two things are spoilt: a wrong
character of the same sound, a traditional form, a character left out, doubled, or swapped with its
neighbour, a suffix dropped or added, letter case, an abbreviation, punctuation.
"""

import random
import re
from collections import defaultdict

import pandas as pd
from pypinyin import Style, lazy_pinyin

from analytics.normalising import CHARACTERS_FILE

SUFFIXES = (
    "有限公司",
    "有限责任公司",
    "股份有限公司",
    "（中国）有限公司",
    "官方旗舰店",
    "旗舰店",
    "集团",
)
ENGLISH_FORMS = (
    "Inc",
    "Inc.",
    "LLC",
    "L.L.C.",
    "Corp",
    "Corp.",
    "Corporation",
    "Company",
    "Co.",
    "Ltd",
)
ABBREVIATIONS = {
    "financial": "Fin", "services": "Svcs", "service": "Svc", "management": "Mgmt",
    "international": "Intl", "national": "Natl", "association": "Assoc", "associates": "Assoc",
    "corporation": "Corp", "incorporated": "Inc", "company": "Co", "mortgage": "Mtg",
    "recovery": "Recov", "solutions": "Solns", "systems": "Sys", "group": "Grp", "and": "&",
    "federal": "Fed", "credit": "Cr", "department": "Dept", "american": "Amer", "limited": "Ltd",
}  # fmt: skip
_HAN = re.compile("[\u4e00-\u9fff]")
_FORM = re.compile(
    r"[\s,]+(inc|llc|l\.l\.c|corp|corporation|company|co|ltd|lp|l\.p|n\.a|incorporated)\.?$",
    re.IGNORECASE,
)


def _tables() -> tuple[dict[str, list[str]], dict[str, str]]:
    common = [
        bytes([row, cell]).decode("gb2312", "ignore")
        for row in range(0xB0, 0xD8)
        for cell in range(0xA1, 0xFF)
    ]
    common = [char for char in common if char]
    sounds = lazy_pinyin(common, style=Style.NORMAL)
    by_sound = defaultdict(list)
    for char, sound in zip(common, sounds, strict=True):
        by_sound[sound].append(char)
    alike = {
        char: [c for c in by_sound[s] if c != char] for char, s in zip(common, sounds, strict=True)
    }
    lines = CHARACTERS_FILE.read_text(encoding="utf-8").splitlines()
    traditional = {line[1]: line[0] for line in lines if len(line) == 2}
    return alike, traditional


def _touched(name: str, rng: random.Random, kind: str) -> str:
    at = [i for i, c in enumerate(name) if c.isalpha()]
    if len(at) < 3:
        return name
    i = rng.choice(at[1:-1] if len(at) > 4 else at)
    if kind == "drop":
        return name[:i] + name[i + 1 :]
    if kind == "double":
        return name[:i] + name[i] + name[i:]
    if i + 1 < len(name):
        return name[:i] + name[i + 1] + name[i] + name[i + 2 :]
    return name


def _chinese(
    name: str, rng: random.Random, tables: tuple[dict[str, list[str]], dict[str, str]]
) -> str:
    alike, traditional = tables
    kind = rng.choice(
        ["sound", "sound", "traditional", "suffix", "suffix", "swap", "drop", "double", "signs"]
    )
    if kind == "sound":
        at = [i for i, c in enumerate(name) if alike.get(c)]
        if at:
            i = rng.choice(at)
            return name[:i] + rng.choice(alike[name[i]]) + name[i + 1 :]
    elif kind == "traditional":
        return "".join(traditional.get(c, c) for c in name)
    elif kind == "suffix":
        return name + rng.choice(SUFFIXES)
    elif kind == "signs":
        i = rng.randrange(1, len(name)) if len(name) > 1 else 0
        return name[:i] + rng.choice([" ", "·", "-", "　"]) + name[i:]
    elif kind == "drop" and len(name) < 4:
        return name
    return _touched(name, rng, kind)


def _english(name: str, rng: random.Random) -> str:  # noqa: PLR0911 - one way of spoiling each
    kind = rng.choice(
        [
            "case",
            "case",
            "form",
            "form",
            "short",
            "swap",
            "drop",
            "double",
            "letter",
            "signs",
            "order",
        ]
    )
    if kind == "case":
        return rng.choice([str.upper, str.lower, str.title])(name)
    if kind == "form":
        bare = _FORM.sub("", name)
        if bare != name and rng.random() < 0.6:
            return bare
        return f"{bare} {rng.choice(ENGLISH_FORMS)}"
    if kind == "short":
        return re.sub(r"[A-Za-z]+", lambda m: ABBREVIATIONS.get(m[0].lower(), m[0]), name)
    if kind == "signs":
        return re.sub(r"[.,'&-]", rng.choice(["", " "]), name)
    if kind == "letter":
        at = [i for i, c in enumerate(name) if c.isalpha()]
        i = rng.choice(at)
        return name[:i] + rng.choice("abcdefghijklmnopqrstuvwxyz") + name[i + 1 :]
    if kind == "order":
        words = name.split()
        i = rng.randrange(len(words))
        if i + 1 < len(words):
            words[i], words[i + 1] = words[i + 1], words[i]
        return " ".join(words)
    return _touched(name, rng, kind)


def noised(names: list[str], *, variants: int = 4, seed: int = 0) -> pd.DataFrame:
    """Return each name and ``variants`` spoilt ones: ``name``, ``truth``; each spelling once."""
    rng = random.Random(seed)
    tables = _tables()
    rows = []
    for true in sorted(names):
        rows.append((true, true))
        for _ in range(variants):
            text = true
            for _ in range(1 if rng.random() < 0.7 else 2):
                text = _english(text, rng) if not _HAN.search(true) else _chinese(text, rng, tables)
            rows.append((text, true))
    frame = pd.DataFrame(rows, columns=["name", "truth"])
    return frame.sample(frac=1, random_state=seed).reset_index(drop=True)


def halves(names: list[str], *, seed: int = 0) -> tuple[list[str], list[str]]:
    """Part names into the half to tune on and the half to report on."""
    order = sorted(set(names))
    random.Random(seed).shuffle(order)
    return order[: len(order) // 2], order[len(order) // 2 :]


def pairwise(truth: pd.Series, found: pd.Series) -> dict[str, float]:
    """Return precision, recall and F1 over pairs of rows."""

    def pairs(*keys: pd.Series) -> int:
        sizes = (
            pd.concat(keys, axis=1)
            .set_axis(range(len(keys)), axis=1)
            .groupby(list(range(len(keys))))
            .size()
        )
        return int((sizes * (sizes - 1) // 2).sum())

    both, true, made = pairs(truth, found), pairs(truth), pairs(found)
    precision = both / made if made else 1.0
    recall = both / true if true else 1.0
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall) if both else 0.0,
    }
