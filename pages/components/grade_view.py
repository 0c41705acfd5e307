"""Grades of the risk score in words: the model in force, labels, base and legal note."""

import pandas as pd

from analytics.risk_model import PENDING, RiskModel, model_in_force, read_model
from pages.components import store, wording
from pages.components.score_data import ScorePage
from pages.components.wording import Tone
from queries.vocabulary import DecisionKind, RiskModelVerdict

PENDING_LABEL = "待定"


def model() -> RiskModel:
    """Return the model in force, of which the next refresh makes use."""
    decided = store.decisions(DecisionKind.RISK_MODEL)
    return model_in_force(
        [each.details for each in decided if each.verdict == RiskModelVerdict.IN_FORCE]
    )


def scored_by(version: str | None) -> RiskModel:
    """Return the model that scores were made by; the one in force where that is not known."""
    shipped = read_model()
    if version == shipped.version:
        return shipped
    for each in store.decisions(DecisionKind.RISK_MODEL):
        if each.subject == version:
            return read_model(each.details["model"])
    return model()


def label(grade: str, by: RiskModel) -> str:
    """Return a grade with its name.

    Examples
    --------
    >>> from analytics.risk_model import read_model
    >>> label("D", read_model()), label("pending", read_model())
    ('D 高', '待定')
    """
    if grade == PENDING:
        return PENDING_LABEL
    names = {each.code: each.name for each in by.grades}
    return f"{grade} {names[grade]}" if grade in names else grade


def tone(grade: str, by: RiskModel) -> Tone:
    """Return the tone of a grade: bad for the two highest, good for the lowest.

    Examples
    --------
    >>> from analytics.risk_model import read_model
    >>> [tone(each, read_model()) for each in ("A", "B", "D", "pending")]
    ['good', 'neutral', 'bad', 'neutral']
    """
    codes = [each.code for each in by.grades]
    if grade in codes[-2:]:
        return "bad"
    return "good" if grade == codes[0] else "neutral"


def trigger_names(triggered: str, by: RiskModel) -> list[str]:
    """Return the names of the conditions that decided a grade whatever the points.

    Examples
    --------
    >>> from analytics.risk_model import read_model
    >>> trigger_names("serious_list", read_model()), trigger_names("", read_model())
    (['列入严重违法失信名单'], [])
    """
    names = {each.code: each.name for each in by.triggers}
    return [names.get(code, code) for code in triggered.split(",") if code]


def base_text(found: ScorePage) -> str:
    """Return what a list of scores rests on."""
    return (
        f"可见范围内评分主体{found.in_scope:,}户，符合条件{found.total:,}户；"
        f"模型版本{found.model_version or wording.UNKNOWN}，"
        f"评分数据截至{wording.date_text(found.as_of)}。"
    )


def legal_text(by: RiskModel) -> str:
    """Return what a score is and is not."""
    return (
        f"{by.legal_note}，不得对外公布；分值越高风险越大，信用式得分为1000减风险分。"
        "权重、档次和分档线为本系统设定，结果只提示建议核查的顺序。"
    )


def counted(distribution: pd.DataFrame, by: RiskModel) -> dict[str, int]:
    """Return how many operators have each grade, in the model's order, pending ones last."""
    numbers = dict(zip(distribution["grade"], distribution["operators"], strict=True))
    return {code: int(numbers.get(code, 0)) for code in [*[g.code for g in by.grades], PENDING]}
