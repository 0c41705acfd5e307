"""What the archive says of a lead: facts apart from its worth, and every conduct as a suspicion."""

import pytest

from tests.packed import WORD, form_text, lead, letter_text, pack, packed, word, workbook

ONE = "420000-2026-007-001"


def form_rows(files):
    """Rows of the form, cells parted by tabs."""
    [table] = word(files, f"登记表/{ONE}.docx").tables
    return [
        "\t".join("".join(each.text or "" for each in cell.iter(f"{WORD}t")) for cell in row.tc_lst)
        for row in table._tbl.tr_lst
    ]


def test_the_facts_of_the_form_are_kept_apart_from_what_the_lead_is_worth():
    reasons = ("涉嫌行为严重15.0分", "涉及人数8.1分", "未知：伤害人数")
    _, files = packed(pack([lead(reasons=reasons)]))
    rows = dict(each.split("\t", 1) for each in form_rows(files) if "\t" in each)
    assert rows["主要事实"] == (
        "涉嫌虚假违法广告。诉求26件，涉及诉求人23人（个人信息已脱敏）；"
        "登记期间2026年6月3日至2026年9月28日；登记金额合计12,880.50元（未经核实）。"
        "3件疑似牟利性投诉材料"
    )
    assert rows["线索价值"] == (
        "88.4分（满分100分），只用于排序，不作处理结论"
        "·涉嫌行为严重15.0分·涉及人数8.1分·未知：伤害人数"
    )
    _, files = packed(pack([lead(disputed_yuan=None, serial_note="")]))
    [facts] = [each for each in form_rows(files) if each.startswith("主要事实\t")]
    assert facts.endswith("登记金额合计未填写（未经核实）。")


@pytest.mark.parametrize("prefix", ["", "涉嫌", "疑似", "涉嫌疑似"])
def test_a_conduct_is_said_to_be_suspected_once_wherever_it_stands(prefix):
    name = "预付式消费违约、闭店失联"
    _, files = packed(pack([lead(conduct=prefix + name)]))
    assert f"涉嫌行为\t{name}" in form_rows(files)
    text, form = letter_text(files), form_text(files)
    assert f"涉嫌“{name}”的：" in text
    assert name in [row.cells[3].text for row in word(files, "案源线索移送函.docx").tables[0].rows]
    assert f"涉嫌{name}。" in form
    head, values = workbook(files)["线索清单"].iter_rows(values_only=True)
    assert dict(zip(head, values, strict=True))["涉嫌行为"] == name
    for said in (text, form, *head):
        for twice in ("涉嫌疑似", "疑似涉嫌", "涉嫌涉嫌", "疑似疑似", "涉嫌行为（疑似）"):
            assert twice not in said
