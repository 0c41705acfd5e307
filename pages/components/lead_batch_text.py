"""Texts about batches: who took them away, and the rules that leads come from."""

import pandas as pd

from analytics.lead_case import read_case_rules
from analytics.lead_source_rules import read_lead_source_rules
from analytics.worth_rules import read_worth_rules
from pages.components import lead_labels, operator_labels


def exports_text(found: pd.DataFrame) -> str:
    """Return who took a batch away, newest first.

    Parameters
    ----------
    found
        As of `lead_store.exports`.
    """
    return "\n".join(
        f"{lead_labels.beijing(record['exported_at']):%Y-%m-%d %H:%M}　{record['exported_by']}　"
        f"线索{record['lead_count']:,}条、证据{record['evidence_count']:,}件　"
        f"SHA-256 {record['sha256']}"
        for record in found.to_dict("records")
    )


def relations(codes: tuple[str, ...]) -> list[str]:
    """Return how two operators are related, in words."""
    return [operator_labels.RELATIONS[each] for each in codes]


def rules() -> tuple[tuple[str, str], ...]:
    """Return by which rules leads are listed and weighed, for the sheet of rules."""
    sources, worth, case = read_lead_source_rules(), read_worth_rules(), read_case_rules()
    weights = "、".join(
        f"{lead_labels.PARTS[part]}{share:.0%}" for part, share in worth.weights.items()
    )
    return (
        ("性质", "疑似线索，建议核查，不是对违法事实的认定；阈值、权重均为本系统设定，供内部参考"),
        ("证据范围", f"最近{sources.window_days}天的投诉、举报；重复件、多头件不重复计"),
        (
            "来源：风险评分",
            f"当月评分为{'、'.join(sources.risk.grades)}档的主体",
        ),
        (
            "来源：专项行动",
            (
                f"{sources.campaign.days}天内同一专题命中至少{sources.campaign.hits}件、"
                f"涉及至少{sources.campaign.persons}人"
            ),
        ),
        (
            "来源：诉求聚类",
            f"主体占某类至少{sources.cluster.submissions}件且不低于{sources.cluster.share:.0%}",
        ),
        ("来源：一事多人", f"同一主体同一事项至少{sources.shared_matter.persons}人"),
        (
            "来源：群体性投诉",
            f"{sources.group.days}天内任一7天达到{sources.group.persons}人或有红色预警",
        ),
        (
            "来源：举报",
            (
                f"{sources.tipoff.days}天内不同的人举报同一行为至少{sources.tipoff.persons}人，"
                f"或者严重程度不低于{sources.tipoff.grave:g}的行为有尚在办理的举报"
            ),
        ),
        ("线索价值", f"0至100分：{weights}；再按来源以往的立案处罚比例折算"),
        (
            "追责时效",
            (
                f"{case.limitation.law}第{case.limitation.article}条"
                f"{'' if case.limitation.checked else '（需核对）'}："
                f"一般{case.limitation.years}年，涉及生命健康安全且有危害后果的"
                f"{case.limitation.grave_years}年"
            ),
        ),
        ("法律依据、管辖、时限", "由登记字段推算，标“需核对”的未经人对照官方公布文本核对"),
    )
