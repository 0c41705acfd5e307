"""Tags as data: read whole, and the shipped ones give what their names say."""

import pandas as pd
import pytest

from analytics.rule_errors import Fault
from analytics.rule_parser import parse_rule
from analytics.rule_syntax import format_rule
from analytics.tag_definitions import SEPARATOR, InvalidTagsError, read_tags, tag_rules
from jobs.tag_rules import tags

GOOD = {
    "code": "runaway", "name": "关门跑路", "description": "找不到人", "rule": "跑路", "version": 1,
    "ours": True,
}  # fmt: skip

SAMPLES = {
    "unclear_object": ["在平台购买短剧会员后自动续费", "买了数字藏品无法转让"],
    "policy": ["请问养老服务有什么政策", "电动车新国标什么时候执行"],
    "online_opinion": ["此事已被网友爆料", "网上也有很多人反映这家店"],
    "media_threat": ["如再不处理将信访", "不解决只能找媒体曝光"],
    "runaway": ["健身房突然关门，余额不退", "老板跑路，会员卡里还有2000元"],
    "refund_refused": ["商家拒不退款", "退费一直推诿"],
    "collective": ["我们已建维权群", "小区几百户业主集体投诉"],
    "elderly": ["家里老人被诱导购买保健品", "组织老年人听课"],
    "minor": ["未成年人游戏充值三千元", "校园周边销售三无零食"],
    "livestream": ["在抖音直播间购买", "看主播推荐下单"],
    "prepaid": ["充值3000元办理会员", "健身卡还剩200天"],
    "personal_data": ["泄露消费者个人信息", "身份被冒用登记公司"],
    "price_by_person": ["新老客户价格不一样，老会员贵50元", "平台大数据杀熟"],
    "claimant_script": ["使用绝对化用语，要求退一赔三并兑现举报奖励"],
    "foreign_matter": ["面包里有一只虫子", "食用时吃出铁丝"],
    "food_illness": ["吃了外卖后拉肚子", "多人食物中毒"],
    "injury": ["烫发时头皮烫伤", "孩子在蹦床上摔伤"],
    "gas_safety": ["燃气灶漏气", "使用报废气瓶"],
    "ebike_safety": ["电动车充电时起火", "改装电动自行车解除限速"],
    "special_equipment": ["电梯困人33分钟", "电梯超期没有检验"],
    "counterfeit": ["收到的是假货", "以次充好"],
    "unfair_terms": ["一经售出，概不退换", "属于霸王条款"],
    "price_gouging": ["停车场乱收费", "没有明码标价"],
    "false_promotion": ["虚假宣传", "产品与宣传完全不符"],
    "unlicensed": ["没有营业执照", "黑作坊生产豆制品"],
}

STRANGERS = {
    "unclear_object": ["路上共享单车乱停"],
    "online_opinion": ["店员拍摄我的视频发到网上"],
    "runaway": ["预付卡商家关门怎么办", "市民担心肇事司机失联", "所幸没有倒闭"],
    "refund_refused": ["定制的鞋能不能退款"],
    "collective": ["购买联名球鞋一双"],
    "elderly": ["小区老人很多，噪声扰民"],
    "livestream": ["购买直播带货培训课程，有直播录屏"],
    "prepaid": ["公积金卡内余额查询"],
    "food_illness": ["没有发生食物中毒"],
    "foreign_matter": ["猫粮里有虫子"],
    "injury": ["无人受伤", "因意外受伤要求退课"],
    "special_equipment": ["特种设备使用登记证如何办理", "旧楼加装电梯安全隐患"],
    "counterfeit": ["在度假酒店消费"],
    "price_gouging": ["依据《禁止价格欺诈规定》要求答复"],
    "unlicensed": ["店内没有公示营业执照", "仅销售预包装食品，无需食品经营许可证"],
    "claimant_script": ["举报奖励什么时候发放，可以行政复议吗"],
}

RULES = tag_rules(tags())


def given(text: str) -> set[str]:
    return set(RULES.match(pd.Series([text])).frame["rule"])


def test_every_tag_has_samples():
    assert set(SAMPLES) == {tag.code for tag in tags()}
    assert set(STRANGERS) <= set(SAMPLES)


@pytest.mark.parametrize(("code", "text"), [(c, text) for c in SAMPLES for text in SAMPLES[c]])
def test_tags_are_given(code, text):
    assert code in given(text)


@pytest.mark.parametrize(("code", "text"), [(c, text) for c in STRANGERS for text in STRANGERS[c]])
def test_tags_are_not_given(code, text):
    assert code not in given(text)


def test_one_text_can_have_many_tags():
    assert {"runaway", "prepaid", "collective"} <= given(
        "健身房突然关门，会员卡充值3000元不退，已建维权群"
    )


@pytest.mark.parametrize("tag", tags(), ids=lambda tag: tag.code)
def test_shipped_rules_read_back_from_their_normal_form(tag):
    node = parse_rule(tag.rule)
    assert parse_rule(format_rule(node)) == node
    assert SEPARATOR not in tag.name


def test_a_good_list_is_read():
    (tag,) = read_tags([GOOD])
    assert (tag.name, tag.guarded) == ("关门跑路", False)
    assert read_tags([]) == ()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"code": "Run"}, "code"),
        ({"name": "关门,跑路"}, "name"),
        ({"name": "关"}, "name"),
        ({"version": 0}, "version"),
        ({"rule": ""}, "rule"),
        ({"colour": "red"}, "colour"),
        ({"ours": None}, "ours"),
    ],
)
def test_a_wrong_field_is_named(wrong, field):
    with pytest.raises(InvalidTagsError) as caught:
        read_tags([GOOD | wrong])
    assert [fault.field for fault in caught.value.faults] == [field]


def test_all_faults_are_told_at_once():
    with pytest.raises(InvalidTagsError) as caught:
        read_tags(
            [GOOD, GOOD | {"rule": "甲 乙"}, GOOD | {"code": "other", "name": "别的", "rule": "("}]
        )
    told = [(fault.tag, fault.field) for fault in caught.value.faults]
    assert told == [
        ("runaway", "code"),
        ("runaway", "name"),
        ("runaway", "rule"),
        ("other", "rule"),
    ]
    rule_error = caught.value.faults[2].rule_error
    assert rule_error is not None
    assert (rule_error.fault, rule_error.position) == (Fault.NO_OPERATOR, 2)


@pytest.mark.parametrize("listed", [None, "tags", {"tags": []}, [1], [{"code": 5}]])
def test_what_is_no_list_of_tags_is_an_error(listed):
    with pytest.raises(InvalidTagsError):
        read_tags(listed)


@pytest.mark.parametrize("content", ["tags: [", "[]", "tags: []\nmore: 1", "- a", ""])
def test_a_broken_file_is_an_error(content, tmp_path):
    path = tmp_path / "tags.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidTagsError):
        tags(path)


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        tags(tmp_path / "none.yaml")
