"""What is said when a lead, batch or outcome cannot be written as asked."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from pages.components import lead_labels, lead_store, render, saving

PLACE = "leads"
"""Where what failed is told: one place on the page."""

_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "title": "批次名称",
        "recipients": "接收单位",
        "note": "说明",
        "unit": "经办单位",
        "reason": "理由",
        "case_number": "案号",
        "document_number": "文书号",
        "transferred_to": "移送单位",
        "filed_on": "立案日期",
        "closed_on": "办结日期",
        "happened_on": "日期",
        "handed_over_on": "移送日期",
        "on": "日期",
        "fined_yuan": "罚款",
        "confiscated_yuan": "没收",
        "recovered_yuan": "挽回损失",
        "result": "处理结果",
        "drafts": "候选线索数",
        "evidence": "证据",
        "signal_on": "信号日期",
        "basis": "法律依据",
    }
)

_BATCH: Mapping[str, str] = MappingProxyType(
    {
        "changed": "批次中的线索已有变化，请看过后再复核",
        "empty": "批次中没有线索，请先列入",
        "made_by_the_reviewer": "复核人不能是建立批次或列入线索的人，请由另一人复核",
        "not_reviewed": "尚未复核，请先由另一人复核",
        "handed_over": "批次已移送，不能再改",
        "exported": "批次已导出，编号已用于文书，请改用撤回",
    }
)


def told(write: Callable[[], None]) -> Callable[[], None]:
    """Return a callback that writes, and keeps for the next run why it could not."""
    return saving.told(PLACE, write, _FAULTS)


def show() -> None:
    """Draw why the last write failed."""
    saving.show(PLACE)


def field(name: str) -> str:
    """Return the name of a field as forms have it.

    Examples
    --------
    >>> field("closed_on")
    '办结日期'
    """
    return _FIELDS.get(name, name)


_PROBLEMS: Mapping[str, str] = MappingProxyType(
    {
        "length": "长度须为{limit}个字",
        "future": "不能晚于{limit}",
        "early": "不能早于{limit}",
        "range": "须在{limit}之间",
        "fit": "与处理结果不符",
        "needed": "须填写",
        "format": "格式不能识别",
        "unknown": "没有这一项",
        "twice": "重复",
        "state": "与线索现在的状态不符",
    }
)


def problem_text(problem: str, limit: str = "") -> str:
    """Return why a value cannot be kept.

    Examples
    --------
    >>> problem_text("future", "2026-03-01"), problem_text("needed")
    ('不能晚于2026-03-01', '须填写')
    """
    return _PROBLEMS.get(problem, problem).format(limit=limit or "规定")


def _invalid(error: lead_store.InvalidLeadError) -> str:
    given = str(error.value)
    shown = given if len(given) <= lead_store.MAX_UNIT else f"{given[: lead_store.MAX_UNIT]}……"
    why = problem_text(str(error.problem), str(error.limit))
    return f"未能保存：{field(error.field)}“{render.as_label(shown)}”{why}。"


def _changed(error: lead_store.LeadChangedError) -> str:
    return (
        f"未能保存：线索{error.number}已由他人改为“{lead_labels.STATES[error.found]}”，"
        "请按现在的状态办理。"
    )


def _wrong_state(error: lead_store.WrongStateError) -> str:
    return (
        f"未能保存：线索{error.number}现为“{lead_labels.STATES[error.found]}”，不能作此处理。"
        "拟移送的线索随批次移送；结果须与状态相符。"
    )


_FAULTS: saving.Faults = {
    lead_store.InvalidLeadError: _invalid,
    lead_store.LeadChangedError: _changed,
    lead_store.WrongStateError: _wrong_state,
    lead_store.CandidateTakenError: lambda error: (
        f"未能列入：“{render.as_label(error.operator_name)}”的同一行为已在线索{error.number}中办理，"
        "没有新证据，请移出后再列入其余。"
    ),
    lead_store.OutcomeChangedError: lambda error: (
        f"未能保存：线索{error.number}的处理结果刚被他人改过，请核对现在的内容后再改。"
    ),
    lead_store.BatchStateError: lambda error: (
        f"未能保存：批次{error.number}{_BATCH.get(error.problem, error.problem)}。"
    ),
    lead_store.NoSuchLeadError: lambda _: (
        "未能保存：该线索、批次或信号已不存在，或不在您的可见范围内。"
    ),
    lead_store.MayNotWriteLeadsError: lambda _: (
        "未能保存：由建批单位（能看到其全部线索的研判分析员、执法人员，复核时也可为领导）办理。"
    ),
}
