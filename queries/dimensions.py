"""Dimensions by which submissions are grouped and filtered, with their hierarchies.

A *dimension* is what a person filters by (region, issue …); its *levels* are what results are
grouped by, coarse to fine, which is also the drill order. A member's code tells its level, so one
filter may mix levels: ``region in (420100, 420506)`` is Wuhan or Yiling.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Level:
    """One grain of a dimension.

    Attributes
    ----------
    name
        Column of ``submissions`` (and of the cubes) that holds the code.
    label
        Chinese name on screen.
    pattern
        Regular expression that a code of this level matches whole; None in flat dimensions.
    """

    name: str
    label: str
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Dimension:
    """A filterable dimension; ``levels`` run from coarse to fine."""

    name: str
    label: str
    levels: tuple[Level, ...]

    def level_of(self, code: str) -> Level:
        """Return the level that ``code`` belongs to.

        Raises
        ------
        ValueError
            If no level of this dimension has codes of that form.

        Examples
        --------
        >>> DIMENSIONS["region"].level_of("420106").name
        'county_code'
        >>> DIMENSIONS["product"].level_of("G134-01").label
        '客体小类'
        """
        for level in self.levels:
            if level.pattern is None or re.fullmatch(level.pattern, code):
                return level
        forms = ", ".join(f"{level.name}: {level.pattern}" for level in self.levels)
        msg = f"{code!r} is not a code of dimension {self.name!r}; known forms: {forms}"
        raise ValueError(msg)

    def finer(self, level: str) -> Level | None:
        """Return the next finer level, None at the finest.

        Raises
        ------
        ValueError
            If ``level`` does not belong to this dimension.
        """
        names = [each.name for each in self.levels]
        position = names.index(level)
        return self.levels[position + 1] if position + 1 < len(names) else None


def _flat(name: str, label: str) -> Dimension:
    return Dimension(name, label, (Level(name, label),))


_ALL = (
    Dimension(
        "region",
        "区域",
        (
            Level("province_code", "省", r"\d\d0000"),
            Level("city_code", "市州", r"\d\d(?!00|90)\d\d00|\d\d90\d\d"),
            Level("county_code", "县区", r"\d{6}"),
            Level("street_code", "街道", r"\d{9}"),
        ),
    ),
    _flat("business_district", "商圈"),
    Dimension(
        "industry",
        "行业",
        (
            Level("industry_section", "行业门类", r"[A-T]"),
            Level("industry", "行业大类", r"[A-T]\d\d"),
        ),
    ),
    Dimension(
        "product",
        "商品服务",
        (
            Level("product_kind", "客体大类", r"[GS]"),
            Level("product_category", "客体中类", r"[GS]\d+"),
            Level("product", "客体小类", r"[GS]\d+-\d+"),
        ),
    ),
    Dimension(
        "issue",
        "问题",
        (
            Level("issue_type", "问题类别", r"[A-Z]\d+"),
            Level("issue_subtype", "具体问题", r"[A-Z]\d+-\d+"),
        ),
    ),
    Dimension("operator", "主体", (Level("operator_id", "经营主体"),)),
    Dimension(
        "channel",
        "渠道",
        (
            Level("channel_group", "渠道大类", r"phone|internet|staff"),
            Level("channel", "接收方式", r"[a-z0-9_]+"),
        ),
    ),
    Dimension("unit", "承办单位", (Level("handling_unit", "承办单位"),)),
    _flat("kind", "类型"),
    _flat("status", "办理状态"),
    _flat("sale_mode", "销售方式"),
    _flat("online_platform", "网购平台"),
    _flat("is_online", "网购"),
    _flat("is_livestream", "直播"),
    _flat("is_prepaid", "预付式消费"),
    _flat("weekday", "星期"),
    _flat("hour", "时段"),
    _flat("tag", "标签"),
    Dimension(
        "campaign",
        "专项行动",
        (Level("campaign", "专项行动", r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?"),),
    ),
    Dimension("cluster", "聚类", (Level("cluster", "聚类", r"c\d{1,9}|d\d{1,9}-\d{1,3}"),)),
)

DIMENSIONS: dict[str, Dimension] = {dimension.name: dimension for dimension in _ALL}
"""Every filterable dimension by name; the names stand in URLs and must not change."""

OF_FINDINGS = frozenset({"tag", "cluster", "campaign"})
"""Dimensions of what jobs found, of which a submission may have several members: it can be filtered
by them, but they do not part the submissions, so that none is a level to break down by."""

LEVELS: dict[str, Dimension] = {
    level.name: dimension
    for dimension in _ALL
    for level in dimension.levels
    if dimension.name not in OF_FINDINGS
}
"""Dimension of each level, by level name."""

FLAGS = frozenset({"is_online", "is_livestream", "is_prepaid"})
"""Dimensions whose members are ``"1"`` and ``"0"``; NULL (unknown) is neither."""

NUMBERS = frozenset({"weekday", "hour"})
"""Dimensions stored as integers; members are their decimal strings."""
