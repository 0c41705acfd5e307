"""The form of a campaign: one's own whole, of a shipped one period, regions and targets."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import streamlit as st

from analytics.campaign_definitions import Campaign, InvalidCampaignsError
from analytics.campaigns_in_force import IN_FORCE, CampaignDecision, decided_campaign, own_code
from analytics.keyword_rules import RuleError
from pages.components import (
    address,
    findings_data,
    labels,
    marked_texts,
    own_campaigns,
    places,
    render,
    rule_wording,
    saving,
    settings,
    store,
    tag_form,
    wording,
)
from pages.components.access import Viewer
from pages.components.own_campaigns import Known
from queries.scope import Scope
from queries.selection import Selection

NEW = "new"
"""Stands for a campaign that is not there yet."""

TOPIC = "all"
SERIES = "本单位"
SOURCE = "本单位设定"
MAX_NAME, MAX_DESCRIPTION, MAX_LAW = 30, 300, 60
EARLIEST, LATEST = dt.date(2000, 1, 1), dt.date(2099, 12, 31)

TARGETS = {
    "checks": "目标：立案决定（件）",
    "cases": "目标：立案（件）",
    "recovered_yuan": "目标：挽回（元）",
    "penalties_yuan": "目标：罚没（元）",
}

_PLACE = "campaign_form"

_FAULTS: saving.Faults = {
    store.InvalidDecisionError: lambda error: (
        f"未保存：内容过长，最多{error.limit:,}个字，请精简规则。"
    ),
    store.NoSuchDecisionError: lambda _: "该项已被他人更改，请查看现状后再改。",
}


def show(
    viewer: Viewer,
    each: Known | None,
    known: Mapping[str, Known],
    selection: Selection,
    scope: Scope,
) -> None:
    """Draw the form."""
    saving.show(_PLACE)
    campaign = each.campaign if each else None
    number = each.decision.decision_id if each and each.decision else 0
    key = f"campaign.{each.code}.{number}" if each else "campaign.new"
    title = f"修改：{render.as_label(campaign.name)}" if campaign else "新建专项行动"
    st.markdown(f"**{title}**")
    whole = each is None or each.shipped is None
    if whole:
        _rule_fields(campaign, key)
    else:
        st.caption(
            "内置专项的词表随程序更新；这里可改起止日期、实施地区和目标。需要改词表时请新建专项。"
        )
    _plan_fields(campaign, key)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if whole:
            st.button("预览", icon=":material/visibility:", key=f"{key}.preview")
        st.text_input("修改原因（可不填）", max_chars=200, key=f"{key}.note", width=240)
        st.button(
            "启用此专项" if whole else "保存",
            icon=":material/check:",
            key=f"{key}.save",
            on_click=saving.told(_PLACE, lambda: _save(viewer, each, known, key), _FAULTS),
        )
        if each is not None and each.state is not own_campaigns.State.OFF:
            st.button(
                "停用",
                icon=":material/block:",
                key=f"{key}.off",
                on_click=saving.told(_PLACE, lambda: _off(viewer, each, key), _FAULTS),
            )
        st.button(
            "关闭",
            icon=":material/close:",
            key=f"{key}.close",
            on_click=lambda: address.go(edit=None),
        )
    st.caption("启用、停用后待下次更新数据时生效，均留痕；以前的版本保留在记录中。")
    if whole:
        _preview(key, selection, scope)


def _rule_fields(campaign: Campaign | None, key: str) -> None:
    topic = campaign.topics[0] if campaign else None
    only = topic.only if topic else None
    first, second = st.columns([3, 7])
    first.text_input(
        "名称", value=campaign.name if campaign else "", max_chars=MAX_NAME, key=f"{key}.name"
    )
    second.text_input(
        "说明",
        value=campaign.description if campaign else "",
        max_chars=MAX_DESCRIPTION,
        key=f"{key}.description",
    )
    st.text_area(
        "规则",
        value=(topic.rule or "") if topic else "",
        height=110,
        help=rule_wording.HELP,
        placeholder="例如：(校园 或 食堂) 且 (腹泻 或 变质 或 异物)",
        key=f"{key}.rule",
    )
    st.toggle(
        "紧跟在“未”“没有”等否定词后面的不算",
        value=topic.guarded if topic else False,
        key=f"{key}.guarded",
    )
    left, right = st.columns(2)
    left.multiselect(
        "客体（不选不限；未填的不排除）",
        labels.codes("product_category"),
        default=list(only.product) if only else [],
        format_func=lambda code: labels.label("product_category", code),
        placeholder="不限",
        key=f"{key}.product",
    )
    right.multiselect(
        "问题类别（不选不限；未填的不排除）",
        labels.codes("issue_type"),
        default=list(only.issue) if only else [],
        format_func=lambda code: labels.label("issue_type", code),
        placeholder="不限",
        key=f"{key}.issue",
    )
    law = campaign.legal_basis[0].law if campaign and campaign.legal_basis else ""
    st.text_input("法律依据（显示为需核对）", value=law, max_chars=MAX_LAW, key=f"{key}.law")


def _plan_fields(campaign: Campaign | None, key: str) -> None:
    first, second, third = st.columns([2, 2, 5])
    today = dt.datetime.now(tz=dt.UTC).date()
    first.date_input(
        "开始日期", value=campaign.starts_on if campaign else today,
        min_value=EARLIEST, max_value=LATEST, key=f"{key}.starts_on",
    )  # fmt: skip
    second.date_input(
        "结束日期（可不填）", value=campaign.ends_on if campaign else None,
        min_value=EARLIEST, max_value=LATEST, key=f"{key}.ends_on",
    )  # fmt: skip
    home = settings.settings().home_region
    offered = list(dict.fromkeys([*(campaign.regions if campaign else ()), *places.children(home)]))
    third.multiselect(
        "实施地区（不选为全部）",
        offered,
        default=list(campaign.regions) if campaign else [],
        format_func=lambda code: wording.label("region", code),
        placeholder="全部",
        key=f"{key}.regions",
    )
    for column, (name, label) in zip(st.columns(4), TARGETS.items(), strict=True):
        value = getattr(campaign.targets, name) if campaign else None
        column.number_input(
            label, value=int(value) if value else None, min_value=1, step=1, key=f"{key}.{name}"
        )


def given(key: str, *, whole: bool) -> dict[str, Any]:
    """Return what the form says, as `Campaign` takes it in plain JSON values."""
    state = st.session_state
    starts, ends = state[f"{key}.starts_on"], state[f"{key}.ends_on"]
    targets = {name: state[f"{key}.{name}"] for name in TARGETS}
    details: dict[str, Any] = {
        "starts_on": starts.isoformat(),
        "ends_on": ends.isoformat() if ends else None,
        "regions": list(state[f"{key}.regions"]),
        "targets": {name: value for name, value in targets.items() if value},
    }
    if not whole:
        return details
    only = {name: list(state[f"{key}.{name}"]) for name in ("product", "issue")}
    only = {name: codes for name, codes in only.items() if codes}
    law = state[f"{key}.law"].strip()
    return details | {
        "series": SERIES,
        "source": SOURCE,
        "name": state[f"{key}.name"].strip(),
        "description": state[f"{key}.description"].strip(),
        "legal_basis": [{"law": law}] if law else [],
        "topics": [
            {"code": TOPIC, "name": "全部", "rule": state[f"{key}.rule"],
             "guarded": state[f"{key}.guarded"], "only": only or None}
        ],
    }  # fmt: skip


def narrowed(selection: Selection, details: Mapping[str, Any]) -> Selection:
    """Return the selection narrowed to the coded fields of a draft, for its preview."""
    only = details["topics"][0]["only"] or {}
    for dimension, codes in (
        ("product", only.get("product")),
        ("issue", only.get("issue")),
        ("region", details["regions"]),
        ("kind", ["complaint", "tipoff"]),
    ):
        if codes and not selection.members(dimension):
            selection = selection.with_filter(dimension, codes)
    return selection.without("campaign")


def _preview(key: str, selection: Selection, scope: Scope) -> None:
    rule = st.session_state[f"{key}.rule"]
    if not rule.strip():
        st.caption("写好规则后点“预览”或按Ctrl+Enter，立即看到最近的诉求中有多少件命中。")
        return
    texts = findings_data.newest_texts(narrowed(selection, given(key, whole=True)), scope)
    try:
        found = tag_form.try_rule(
            rule, guarded=st.session_state[f"{key}.guarded"], now=None, texts=texts
        )
    except RuleError as error:
        st.error(f"规则有误：{render.as_label(rule_wording.fault_text(error.cause))}")
        return
    st.markdown(f"**预览**　{tag_form.preview_text(found)}")
    st.caption("预览只看所选客体、问题、地区内的投诉和举报（含已填代码的）。")
    marked_texts.show(
        found.examples, title="命中的诉求", empty="没有命中的诉求。", key="campaign_preview"
    )


def _save(viewer: Viewer, each: Known | None, known: Mapping[str, Known], key: str) -> None:
    whole = each is None or each.shipped is None
    details = given(key, whole=whole)
    code = each.code if each else own_code(details["name"])
    taken = {one.campaign.name: one.code for one in known.values()}
    if whole and (taken.get(details["name"], code) != code or (each is None and code in known)):
        saving.tell(_PLACE, "已有同名的专项行动，请换一个名称。")
        return
    shipped = each.shipped if each else None
    earlier = each.decision.details.get("version", 1) if each and each.decision else 0
    details["version"] = (earlier or (shipped.version if shipped else 0)) + 1
    try:
        decided_campaign(CampaignDecision(code, IN_FORCE, details), shipped)
    except InvalidCampaignsError as error:
        saving.tell(
            _PLACE,
            "未启用：" + "".join(dict.fromkeys(_fault_text(fault) for fault in error.faults)),
        )
        return
    own_campaigns.put_in_force(viewer, code, details, note=st.session_state[f"{key}.note"])
    address.go(campaign_shown=code, campaign_topic=None, edit=None)


def _fault_text(fault: Any) -> str:  # noqa: ANN401
    if fault.rule_error is not None:
        return f"规则有误，{render.as_label(rule_wording.fault_text(fault.rule_error))}"
    for field, text in (
        ("name", f"名称应为2至{MAX_NAME}个字，不含空格、逗号和分号。"),
        ("description", "请填写说明。"),
        ("rule", "请填写规则。"),
        ("", "起止日期、地区或目标有误，结束日期应不早于开始日期。"),
    ):
        if field in fault.field.split("."):
            return text
    return "起止日期、地区或目标有误，结束日期应不早于开始日期。"


def _off(viewer: Viewer, each: Known, key: str) -> None:
    own_campaigns.switch_off(viewer, each, note=st.session_state[f"{key}.note"])
    address.go(edit=None)
