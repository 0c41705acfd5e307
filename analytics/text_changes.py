"""What one of two similar texts replaced: another shop, good or amount, or only the wording."""

import re
from collections import Counter
from difflib import SequenceMatcher

SWAPS_AMONG_CHANGES = 0.3
"""Share of all changes that must be swaps; typing errors make some by chance (ours)."""

LONGEST_SWAP = 12
"""Characters of a replaced name, good or amount, at most (ours)."""

_HAN = re.compile("[\u3400-\u9fff]+")


def is_swapped(left: str, right: str) -> bool:
    """Tell whether one folded text is the other with numbers, names or things replaced.

    Examples
    --------
    >>> is_swapped("花费300元买衣服", "花费500元买衣服"), is_swapped("花费300元", "花费300元买衣服")
    (True, False)
    """
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    changes = [step for step in matcher.get_opcodes() if step[0] != "equal"]
    replaced = [
        (left[a:b], right[c:d])
        for operation, a, b, c, d in changes
        if operation == "replace"
        and max(b - a, d - c) <= LONGEST_SWAP
        and ((b < len(left) and d < len(right)) or left[a:b].isascii())
    ]
    often = Counter(replaced)
    swaps = sum(
        (before.isascii() and after.isascii())
        or (
            _HAN.fullmatch(before) is not None
            and _HAN.fullmatch(after) is not None
            and (max(len(before), len(after)) > 1 or often[before, after] > 1)
        )
        for before, after in replaced
    )
    return swaps > 0 and swaps >= SWAPS_AMONG_CHANGES * len(changes)


def keeps_facts(left: str, right: str) -> bool:
    """Tell whether one folded text only adds to or leaves out from the other, but for typing errors.

    Stricter than `is_swapped`: one replaced number or word is enough to say no.

    Examples
    --------
    >>> keeps_facts("花费300元", "再次来电花费300元"), keeps_facts("花费300元", "花费500元")
    (True, False)
    """
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    return not any(
        operation == "replace"
        and (max(b - a, d - c) > 1 or (left[a:b] + right[c:d]).isascii())
        and ((b < len(left) and d < len(right)) or left[a:b].isascii())
        for operation, a, b, c, d in matcher.get_opcodes()
    )
