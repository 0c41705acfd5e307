"""Groups as tables to take away: all of a kind, and what is left out of counts."""

from collections.abc import Sequence

import pandas as pd

from pages.components import labels, repeat_data, repeat_groups
from pages.components.exports import Sheet
from queries.scope import Scope
from queries.selection import Selection
from queries.vocabulary import ExclusionReason


def sheets(selection: Selection, scope: Scope, kind: str) -> Sequence[Sheet]:
    """Return the groups of a kind, and the submissions left out by reason."""
    left = repeat_data.left_out(selection, scope)
    found = repeat_groups.fetch(selection, scope, kind, limit=repeat_data.MAX_GROUPS)
    reasons = labels.VALUES["exclusion_reason"]
    numbers = [left.by_reason.get(reason, 0) for reason in ExclusionReason]
    return [
        Sheet(
            "去重口径剔除",
            pd.DataFrame(
                {
                    "原因": [reasons[reason] for reason in ExclusionReason],
                    "件数": numbers,
                    "占登记诉求": [each / left.total if left.total else None for each in numbers],
                }
            ),
            shares=frozenset({"占登记诉求"}),
            note=f"登记诉求{left.total:,}件；一件只计入一项，依次为多头、重复、牟利性、人工",
        ),
        Sheet(
            repeat_groups.KINDS[kind].replace("（需核实）", ""),
            repeat_groups.frame_of(found, kind),
            total=found.total,
            note=repeat_groups.RULES[kind],
        ),
    ]
