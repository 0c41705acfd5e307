"""The form in which tags are maintained: a rule is tried on the newest submissions as it is written."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import streamlit as st
from pydantic import ValidationError

from analytics.keyword_rules import RuleError, compile_rules
from analytics.tag_definitions import TagDefinition
from analytics.tags_in_force import own_code
from pages.components import (
    address,
    findings_data,
    marked_texts,
    own_tags,
    render,
    rule_wording,
    saving,
    store,
    tables,
    wording,
)
from pages.components.access import Viewer
from pages.components.marked_texts import Text
from pages.components.own_tags import Tag
from queries.scope import Scope
from queries.selection import Selection

NEW = "new"
"""Stands for a tag that is not there yet."""

EXAMPLES = 6
MAX_NAME, MAX_DESCRIPTION, MAX_NOTE = 20, 200, 200
"""Characters, as `TagDefinition` and decisions allow."""

RULE_PIXELS = 150

_PLACE = "tag_form"
_TRIED, _NOW = "tried", "now"
_FIELDS = {
    "name": f"名称应为2至{MAX_NAME}个字，不含空格、逗号和分号。",
    "description": f"请填写说明，不超过{MAX_DESCRIPTION}个字。",
    "rule": "请填写规则。",
}

_FAULTS: saving.Faults = {
    store.InvalidDecisionError: lambda error: (
        f"未保存：内容过长，最多{error.limit:,}个字，请精简规则。"
    ),
    store.NoSuchDecisionError: lambda _: "该项已被他人更改，请查看现状后再改。",
}


@dataclass(frozen=True, slots=True)
class Preview:
    """What a rule would find.

    Attributes
    ----------
    tried
        Texts that it was tried on.
    hits
        Those that it holds for.
    added, removed
        Against the rule now in force; None for a new tag.
    examples
        The newest hits, those that the rule now in force does not have first.
    """

    tried: int
    hits: int
    added: int | None
    removed: int | None
    examples: tuple[Text, ...]


def try_rule(
    rule: str, *, guarded: bool, now: TagDefinition | None, texts: pd.DataFrame
) -> Preview:
    """Try a rule on texts.

    Parameters
    ----------
    texts
        ``submission_id``, ``registered_at``, ``text``, newest first.

    Raises
    ------
    RuleError
        If the rule cannot be read.
    """
    rules = {_TRIED: rule} | ({_NOW: now.rule} if now else {})
    denied = [_TRIED] * guarded + [_NOW] * (now is not None and now.guarded)
    compiled = compile_rules(rules, guarded=denied)
    found = compiled.match(texts["text"]).frame
    by_rule = {name: set(found.loc[found["rule"] == name, "text"]) for name in rules}
    hits, before = by_rule[_TRIED], by_rule.get(_NOW)
    order = sorted(hits, key=lambda place: (before is not None and place in before, place))
    examples = []
    for place in order[:EXAMPLES]:
        row = texts.iloc[place]
        spans = compiled.highlight(row["text"], rules=[_TRIED])
        new = before is not None and place not in before
        examples.append(
            Text(
                row["submission_id"],
                tables.moment(row["registered_at"]),
                marked_texts.parts(row["text"], spans),
                ("新增命中",) if new else (),
            )
        )
    return Preview(
        tried=len(texts),
        hits=len(hits),
        added=None if before is None else len(hits - before),
        removed=None if before is None else len(before - hits),
        examples=tuple(examples),
    )


def preview_text(found: Preview) -> str:
    """Return what a trial came to.

    Examples
    --------
    >>> preview_text(Preview(10_000, 150, 12, 3, ()))
    '在筛选范围内最近10,000件诉求中命中150件（1.5%），比现行规则新增12件、减少3件。'
    """
    share = wording.percent(found.hits / found.tried) if found.tried else wording.UNKNOWN
    text = f"在筛选范围内最近{found.tried:,}件诉求中命中{found.hits:,}件（{share}）"
    if found.added is not None:
        text += f"，比现行规则新增{found.added:,}件、减少{found.removed:,}件"
    return f"{text}。"


def show(
    viewer: Viewer, tag: Tag | None, known: Mapping[str, Tag], selection: Selection, scope: Scope
) -> None:
    """Draw the form: empty for a new tag, filled with a copy of the rule of one that is there."""
    saving.show(_PLACE)
    definition = tag.definition if tag else None
    key = f"tag.{tag.code}.{tag.decision.decision_id if tag.decision else 0}" if tag else "tag.new"
    st.markdown(f"**{'修改标签：' + render.as_label(tag.definition.name) if tag else '新建标签'}**")
    first, second = st.columns([3, 7])
    first.text_input(
        "名称", value=definition.name if definition else "", max_chars=MAX_NAME, key=f"{key}.name"
    )
    second.text_input(
        "说明",
        value=definition.description if definition else "",
        max_chars=MAX_DESCRIPTION,
        key=f"{key}.description",
    )
    st.text_area(
        "规则",
        value=definition.rule if definition else "",
        height=RULE_PIXELS,
        help=rule_wording.HELP,
        placeholder="例如：(预付卡 或 充值) 且 (不退 或 跑路) 非 话费",
        key=f"{key}.rule",
    )
    st.toggle(
        "紧跟在“未”“没有”等否定词后面的不算（适合“受伤”“中毒”，不适合“退款”）",
        value=definition.guarded if definition else False,
        key=f"{key}.guarded",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button("预览", icon=":material/visibility:", key=f"{key}.preview")
        st.text_input("修改原因（可不填）", max_chars=MAX_NOTE, key=f"{key}.note", width=300)
        st.button(
            "启用此规则",
            icon=":material/check:",
            key=f"{key}.save",
            on_click=saving.told(_PLACE, lambda: _save(viewer, tag, known, key), _FAULTS),
        )
        _other_buttons(viewer, tag, key)
    st.caption("启用、停用后待下次更新数据时生效，均留痕；原规则可随时恢复。")
    _preview(key, tag, selection, scope)


def _other_buttons(viewer: Viewer, tag: Tag | None, key: str) -> None:
    if tag is not None and not tag.is_off:
        st.button(
            "停用标签",
            icon=":material/block:",
            key=f"{key}.off",
            on_click=saving.told(_PLACE, lambda: _off(viewer, tag, key), _FAULTS),
        )
    if tag is not None and tag.shipped is not None and tag.decision is not None:
        st.button(
            "恢复内置规则",
            icon=":material/restart_alt:",
            key=f"{key}.back",
            on_click=saving.told(_PLACE, lambda: _back(viewer, tag), _FAULTS),
        )
    st.button(
        "关闭",
        icon=":material/close:",
        key=f"{key}.close",
        on_click=lambda: address.go(edit=None, tag_shown=tag.code if tag else None),
    )


def _preview(key: str, tag: Tag | None, selection: Selection, scope: Scope) -> None:
    rule = st.session_state[f"{key}.rule"]
    if not rule.strip():
        st.caption("写好规则后点“预览”或按Ctrl+Enter，立即看到最近的诉求中有多少件命中。")
        return
    texts = findings_data.newest_texts(selection, scope)
    now = tag.definition if tag and tag.in_force else None
    try:
        found = try_rule(rule, guarded=st.session_state[f"{key}.guarded"], now=now, texts=texts)
    except RuleError as error:
        st.error(f"规则有误：{render.as_label(rule_wording.fault_text(error.cause))}")
        return
    st.markdown(f"**预览**　{preview_text(found)}")
    marked_texts.show(
        found.examples,
        title="命中的诉求",
        empty="没有命中的诉求。",
        key=f"{key}.hits".replace(".", "_"),
    )
    with st.expander("规则读作"):
        st.text(rule_wording.readable(rule))


def _save(viewer: Viewer, tag: Tag | None, known: Mapping[str, Tag], key: str) -> None:
    given = {name: st.session_state[f"{key}.{name}"] for name in ("name", "description", "rule")}
    name = given["name"].strip()
    code = tag.code if tag else own_code(name)
    taken = {each.definition.name: each.code for each in known.values()}
    if taken.get(name, code) != code or (tag is None and code in known):
        saving.tell(
            _PLACE, (f"已有名称为“{render.as_label(name)}”的标签，请换一个名称，或修改原有标签。")
        )
        return
    try:
        definition = TagDefinition(
            code=code,
            name=name,
            description=given["description"].strip(),
            rule=given["rule"],
            guarded=st.session_state[f"{key}.guarded"],
            version=1,
            ours=True,
        )
        compile_rules({code: definition.rule})
    except ValidationError as error:
        fields = [str(each["loc"][0]) for each in error.errors()]
        saving.tell(_PLACE, "".join(dict.fromkeys(_FIELDS[each] for each in fields)))
        return
    except RuleError as error:
        text = rule_wording.fault_text(error.cause)
        saving.tell(_PLACE, f"未启用，规则有误：{render.as_label(text)}")
        return
    own_tags.put_in_force(viewer, definition, note=st.session_state[f"{key}.note"])
    address.go(tag_shown=code, edit=None)


def _off(viewer: Viewer, tag: Tag, key: str) -> None:
    own_tags.switch_off(viewer, tag.definition, note=st.session_state[f"{key}.note"])
    address.go(tag_shown=tag.code, edit=None)


def _back(viewer: Viewer, tag: Tag) -> None:
    own_tags.back_to_shipped(viewer, tag.code)
    address.go(tag_shown=tag.code, edit=None)
