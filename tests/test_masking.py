"""Masking, by hand and by property; the vectorised form must equal the reference."""

import re

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analytics.masking import mask_value, own_values, scrub_text
from analytics.masking_rules import PersonalKind, field_rules, masking_words, scrub_rules
from jobs.importing.people import mask_column, scrub_column

FIELDS = {
    PersonalKind.NAME: [
        ("张三", "张*"),
        ("张三丰", "张**"),
        ("欧阳娜娜", "欧阳**"),
        ("欧阳锋", "欧阳*"),
        ("欧阳", "欧*"),
        ("王先生", "王先生"),
        ("欧阳女士", "欧阳女士"),
        ("张**", "张**"),
        ("买买提·吐尔逊", "买***"),
        ("John Smith", "J***"),
        ("UU008582", "U***"),
        ("某某商贸有限公司", "某***"),
        ("王", "王***"),
        ("", ""),
    ],
    PersonalKind.PHONE: [
        ("13800138000", "138****8000"),
        ("138 0013 8000", "138****8000"),
        ("138-0013-8000", "138****8000"),
        ("+86 13800138000", "138****8000"),
        ("8613800138000", "138****8000"),
        ("0571-87651234", "0571-****1234"),
        ("057187651234", "0571-****1234"),
        ("(027)87654321", "027-****4321"),
        ("010-6543210", "010-****3210"),
        ("87654321", "****4321"),
        ("400-123-4567", "400****4567"),
        ("13800138000,13900139000", "****"),
        ("不详", "****"),
        ("138****8000", "****"),
    ],
    PersonalKind.ID_NUMBER: [
        ("110105199001010123", "110105********0123"),
        ("42010619900101123X", "420106********123X"),
        ("110105900101012", "110105*****1012"),
        ("E12345678", "E***8"),
        ("12", "***"),
    ],
    PersonalKind.ADDRESS: [
        ("武汉市江岸区解放大道123号", "武汉市江岸区***"),
        ("湖北省武汉市江岸区上海街道解放大道1号", "湖北省武汉市江岸区上海街道***"),
        ("湖北省武汉市江岸区", "湖北省武汉市江岸区"),
        ("湖北省长阳土家族自治县龙舟坪镇清江大道", "湖北省长阳土家族自治县龙舟坪镇***"),
        ("仙桃市沔阳大道12号", "仙桃市***"),
        ("湖北省武汉市阳光小区3栋", "湖北省武汉市***"),
        ("解放大道12号", "***"),
        ("952 EAST 58 STREET", "***"),
    ],
    PersonalKind.EMAIL: [("zhang@example.com", "z***@example.com"), ("no address", "***")],
}


@pytest.mark.parametrize(
    ("kind", "value", "masked"),
    [(kind, value, masked) for kind, pairs in FIELDS.items() for value, masked in pairs],
)
def test_fields_checked_by_hand(kind, value, masked):
    assert mask_value(kind, value) == masked
    assert mask_column(pl.Series([value, None]), kind).to_list() == [masked, None]


TEXTS = [
    ("电话13800138000，", "电话138****8000，"),
    ("电话１３８００１３８０００。", "电话１３８****８０００。"),
    ("138 0013 8000或138-0013-8000或138—0013—8000", "138****8000或138****8000或138****8000"),
    ("13800138000,13900139000", "138****8000,139****9000"),
    ("拨打027-87654321、(0571)87651234", "拨打027-****4321、(0571-****1234"),
    ("座机87654321，电话：8765432", "座机****4321，电话：****5432"),
    ("身份证110105199001010123", "身份证110105********0123"),
    ("身份证42010619900101123x。", "身份证420106********123x。"),
    ("身份证 420106 19900101 1234", "身份证 420106********1234"),
    ("身份证号码：420683199001010000", "身份证号码：420683********0000"),
    ("证件号是 42068319900101000x。", "证件号是 420683********000x。"),
    ("身份证号420683 19900101 0000", "身份证号420683********0000"),
    ("身份证号：420683********0000", "身份证号：420683********0000"),
    ("证件号420683900101000，证件号E12345678", "证件号****1000，证件号****5678"),
    ("卡号6222021001112345678", "卡号****5678"),
    ("卡6222 0210 0111 2345 678", "卡****2345"),
    ("邮箱zhang.san_1@qq.com.", "邮箱z***@qq.com."),
    ("13800138000@163.com", "1***@163.com"),
    ("微信号：abc_12345，微信wxid123", "微信号：a***5，微信w***3"),
    ("QQ12345678，qq：123456", "QQ1***8，qq：1***6"),
    ("车牌鄂A12345、鄂AD12345、粤B·8888X", "车牌鄂A***45、鄂A***45、粤B***8X"),
    ("订单号：AB-1234567890，单号YT1234567", "订单号：AB-****7890，单号****4567"),
    ("我叫王小明，", "我叫王**，"),
    ("姓名：欧阳娜娜，投诉人:李四。", "姓名：欧阳**，投诉人:李**。"),
    ("本人张三，在店里", "本人张**，在店里"),
    ("张三先生与欧阳娜娜女士", "张*先生与欧阳*女士"),
    ("登记编号4201060000000202603010001", "登记编号****0001"),
]


@pytest.mark.parametrize(("text", "scrubbed"), TEXTS)
def test_texts_checked_by_hand(text, scrubbed):
    assert scrub_text(text) == scrubbed
    assert scrub_column(pl.Series([text, None])).to_list() == [scrubbed, None]


UNTOUCHED = [
    "花费1,200元，退1.2万元，￥35.50，共1234567元，欠9999999.99元",
    "2026-03-01 08:05:09，2026/3/1，20260301，2026年3月1日8时5分，2021-11-15 2021-11-20",
    "微信转账12000元，QQ音乐会员，微信支付2000",
    "张先生、王女士、李经理",
    "本人于昨日，本人在店里，投诉人反映",
    "12315热线、110、400-123-4567",
    "生产日期20260101，保质期12个月，净含量500g，型号SN-2000",
    "车长4567毫米，A座1203室，京东、苏宁、云闪付",
]


@pytest.mark.parametrize("text", UNTOUCHED)
def test_amounts_dates_and_common_words_stay(text):
    assert scrub_text(text) == text
    assert scrub_column(pl.Series([text])).to_list() == [text]


def test_the_own_name_is_masked_wherever_it_stands():
    text = "客户娜仁花于店内，娜仁花（女）；座机6543210"
    assert (
        scrub_text(text, names=["娜仁花", "6543210"]) == "客户娜**于店内，娜**（女）；座机****3210"
    )
    own = pl.DataFrame({"person_name": ["娜仁花"], "person_phone": ["6543210"]})
    assert scrub_column(pl.Series([text]), own).to_list() == [scrub_text(text, names=own.row(0))]


@pytest.mark.parametrize("name", ["匿名", "先生", "张", "张*", "13800138000", "42010619900101123X"])
def test_values_not_worth_looking_for(name):
    assert own_values([name]) == []


PIECES = st.sampled_from(
    [
        *"我叫姓名本人张三李四欧阳女士先生：:，。（( -—.·@*Xx\n",
        *"0123456789０１８",
        *["13800138000", "420106199001011234", "138-0013-8000", "１３９００１３９０００"],
        *[
            "电话",
            "微信号",
            "QQ",
            "鄂A",
            "订单号",
            "a.b@qq.com",
            "027-",
            "2026-03-01",
            "1,200元",
            "abc",
        ],
    ]
)
TEXT = st.lists(PIECES, max_size=24).map("".join)
NAMES = st.sampled_from(["张三", "李四", "欧阳女士", "三", "匿名", "6543210", "80", "a.b"])


@given(st.lists(st.tuples(TEXT, NAMES), min_size=1, max_size=8))
@example([("1" * 10, "三"), ("9" * 11, "三"), ("1" * 18 + "X", "三"), ("0" * 12, "三")])
@example([("123456789012３４", "三"), ("3８00138000", "三"), ("13800138000 13900139000-1", "三")])
def test_the_column_form_equals_the_reference(pairs):
    texts, names = map(list, zip(*pairs, strict=True))
    own = pl.DataFrame({"person_name": names})
    expected = [scrub_text(text, names=[name]) for text, name in pairs]
    assert scrub_column(pl.Series(texts), own).to_list() == expected
    assert scrub_column(pl.Series(texts)).to_list() == [scrub_text(text) for text in texts]


@given(
    st.lists(
        st.text("张三欧阳先生0138- +*AXx@.区市县街道路号\n", max_size=24), min_size=1, max_size=8
    )
)
def test_field_columns_equal_the_reference(values):
    for kind in PersonalKind:
        expected = [mask_value(kind, value) for value in values]
        assert mask_column(pl.Series(values), kind).to_list() == expected


MOBILE = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
IDENTITY = st.from_regex(r"[1-9][0-9]{16}[0-9X]", fullmatch=True)


@given(TEXT, MOBILE | IDENTITY, TEXT)
def test_no_mobile_and_no_identity_number_survives(before, number, after):
    scrubbed = scrub_text(before + number + after)
    assert not re.search(r"[0-9]{10}", scrubbed)
    assert number not in scrubbed


@given(TEXT)
def test_scrubbing_again_shows_no_digit_that_was_hidden(text):
    once = scrub_text(text)
    assert re.sub(r"[^0-9]", "", scrub_text(once)) == re.sub(r"[^0-9]", "", once)


def test_patterns_need_no_look_around():
    patterns = [rule.pattern for rule in scrub_rules()]
    patterns += [
        rule.pattern
        for kind in PersonalKind
        if kind is not PersonalKind.TEXT
        for rule in field_rules(kind)
    ]
    assert not [pattern for pattern in patterns if re.search(r"\(\?[=!<]|\\[1-9bB]", pattern)]


def test_every_hint_stands_in_every_match():
    for text, _ in TEXTS:
        for rule in scrub_rules():
            if rule.hint and re.search(rule.pattern, text):
                assert re.search(rule.hint, text), (rule.name, text)


def test_surnames_are_no_function_words():
    surnames = set("".join(masking_words()["surnames"].split()))
    assert not surnames & set("于向和时常应都那查经在把被将与同")
