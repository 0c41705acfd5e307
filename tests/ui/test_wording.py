import datetime as dt
import math

import pytest

from pages.components import data, labels, wording
from pages.components.access import NoFrameError
from pages.components.settings import InvalidSettingError
from queries.dimensions import DIMENSIONS
from queries.measures import MEASURES
from queries.selection import Comparison, DateRange, InvalidSelectionError, Period, Selection
from queries.vocabulary import (
    Acceptance,
    Gender,
    Kind,
    MediationResult,
    OdrResult,
    Remedy,
    SaleMode,
    Status,
)

NAN = math.nan


@pytest.mark.parametrize(
    ("level", "code", "shown"),
    [
        ("province_code", "420000", "湖北省"),
        ("county_code", "420106", "武昌区"),
        ("city_code", "429004", "仙桃市"),
        ("region", "420106", "武昌区"),
        ("business_district", "420102-01", "武汉天地"),
        ("product_kind", "G", "商品"),
        ("product", "G101-01", "糕点饼干"),
        ("issue_subtype", "C01-01", "异物"),
        ("industry_section", "A", "农、林、牧、渔业"),
        ("channel_group", "phone", "话务接收"),
        ("channel", "tel_12345", "12345热线"),
        ("kind", "tipoff", "举报"),
        ("is_online", "0", "非网购"),
        ("weekday", "7", "周日"),
        ("hour", "9", "9时"),
        ("word", "退款", "退款"),
        ("handling_unit", "武昌区市场监督管理局", "武昌区市场监督管理局"),
    ],
)
def test_labels(level, code, shown):
    assert wording.label(level, code) == shown


@pytest.mark.parametrize("code", [None, NAN, ""])
def test_what_nobody_filled_in(code):
    assert wording.label("kind", code) == "未填写"


def test_an_unknown_code_is_shown_as_it_is():
    assert wording.label("channel", "pigeon") == "pigeon"


@pytest.mark.parametrize(
    ("column", "codes"),
    [
        ("kind", Kind),
        ("status", Status),
        ("acceptance", Acceptance),
        ("mediation_result", MediationResult),
        ("odr_result", OdrResult),
        ("requested_remedy", Remedy),
        ("complainant_gender", Gender),
        ("sale_mode", SaleMode),
    ],
)
def test_every_stored_code_has_a_label_of_its_own(column, codes):
    shown = [wording.label(column, code.value) for code in codes]
    assert len(set(shown)) == len(codes)
    assert not set(shown) & {code.value for code in codes}


def test_every_status_is_in_one_stage():
    staged = [status for members in labels.STAGES.values() for status in members]
    assert sorted(staged) == sorted(Status)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0件"),
        (1234, "1,234件"),
        (999_999, "999,999件"),
        (1_000_000, "100.0万件"),
        (949_900_000, "9.50亿件"),
        (None, "—"),
        (NAN, "—"),
    ],
)
def test_counts(value, shown):
    assert wording.count(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(9_999, "9,999元"), (10_000, "1.0万元"), (123_456_789, "1.23亿元"), (NAN, "—")],
)
def test_amounts(value, shown):
    assert wording.yuan(value) == shown


@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_has_words_for_its_values(measure):
    assert wording.figure(measure, 0.5) not in ("", "—")
    assert wording.figure(measure, NAN) == "—"


@pytest.mark.parametrize(
    ("measure", "current", "base", "text", "tone"),
    [
        pytest.param(
            "complaints", 110, 100, "↑10.0%", "neutral", id="count up, neither good nor bad"
        ),
        pytest.param("recovered_yuan", 80, 100, "↓20.0%", "bad", id="less recovered"),
        pytest.param("mean_handling_days", 8, 10, "↓20.0%", "good", id="handled quicker"),
        pytest.param("closure_rate", 0.912, 0.9, "↑1.2个百分点", "good", id="rate in points"),
        pytest.param("closure_rate", 0.9004, 0.9, "持平", "neutral", id="below half a tenth"),
        pytest.param("closure_rate", 0.9, 0.0, "↑90.0个百分点", "good", id="rate from zero"),
        pytest.param("complaints", 5, 0, "—", "neutral", id="count from zero"),
        pytest.param("complaints", 5, None, "—", "neutral", id="no base"),
        pytest.param("closure_rate", NAN, 0.5, "—", "neutral", id="no value"),
        pytest.param("complaints", 12_000, 100, "↑119.0倍", "neutral", id="manifold"),
        pytest.param("complaints", 1_100, 100, "↑10.0倍", "neutral", id="tenfold more"),
        pytest.param("complaints", 1_099, 100, "↑999.0%", "neutral", id="just below"),
    ],
)
def test_changes(measure, current, base, text, tone):
    found = wording.change(measure, current, base)
    assert (found.text, found.tone) == (text, tone)


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [
        ((2026, 3, 2), (2026, 3, 31), "2026年3月2日至3月31日"),
        ((2025, 12, 1), (2026, 1, 31), "2025年12月1日至2026年1月31日"),
        ((2026, 3, 2), (2026, 3, 2), "2026年3月2日"),
    ],
)
def test_ranges_of_days(start, end, shown):
    assert wording.days_text(DateRange(dt.date(*start), dt.date(*end))) == shown


def test_a_selection_in_a_sentence():
    selection = (
        Selection(Period("12m"), text="退款", denoised=True, comparison=Comparison.LAST_YEAR)
        .with_filter("region", ["420100", "420200", "420300", "420500"])
        .with_filter("channel", ["odr"], exclude=True)
        .with_filter("operator", ["op1"])
    )
    days = DateRange(dt.date(2025, 4, 1), dt.date(2026, 3, 31))
    assert wording.describe(selection, days=days, names={"op1": "优品商行"}) == (
        "2025年4月1日至2026年3月31日（近12个月）；排除渠道：ODR绿色通道企业；主体：优品商行；"
        "区域：武汉市、黄石市、十堰市等4项；内容含“退款”；去重口径；"
        "与去年同期比较。"
    )


def test_a_sentence_says_what_is_left_out_and_that_a_period_is_not_over():
    chosen = Selection(Period("2026-03-01..2026-03-31"), denoised=True)
    assert wording.describe(chosen, left_out=0, is_over=False) == (
        "2026年3月1日至3月31日（统计期未满）；去重口径（剔除0件）。"
    )
    assert "去重口径（剔除1,234件）；与上期比较" in wording.describe(chosen, left_out=1234)


def test_an_absolute_period_is_not_named_twice():
    days = DateRange(dt.date(2026, 3, 1), dt.date(2026, 3, 31))
    selection = Selection(Period.between(days.start, days.end), comparison=Comparison.NONE)
    assert wording.describe(selection, days=days) == "2026年3月1日至3月31日。"


@pytest.mark.parametrize(
    ("error", "says"),
    [
        pytest.param(data.NoWarehouseError("data"), "python -m jobs demo", id="no data"),
        pytest.param(data.SchemaVersionError(99), "重新导入", id="other version"),
        pytest.param(InvalidSelectionError("region", "42010x", "…"), "区域“42010x”", id="region"),
        pytest.param(InvalidSelectionError("period", "soon", "…"), "时间范围“soon”", id="period"),
        pytest.param(InvalidSelectionError("-", "x", "…"), "筛选条件“x”", id="other part"),
        pytest.param(InvalidSettingError("HOME_REGION", "x", "…"), "HOME_REGION", id="setting"),
        pytest.param(NoFrameError("explorer"), "streamlit run app.py", id="no frame"),
    ],
)
def test_known_errors_are_explained(error, says):
    assert says in (wording.explain(error) or "")


def test_an_unknown_error_is_not_explained():
    assert wording.explain(ValueError("SELECT * FROM persons")) is None


def test_settings_are_not_shown_with_their_values():
    error = InvalidSettingError("WAREHOUSE_URL", "postgresql://u:secret@h/db", "…")
    assert "secret" not in (wording.explain(error) or "")


def test_every_dimension_can_stand_in_a_sentence():
    codes = {
        "region": "420100", "industry": "A", "product": "G", "issue": "C01", "channel": "phone",
        "weekday": "1", "hour": "1", "kind": "complaint", "status": "closed", "sale_mode": "store",
        "is_online": "1", "is_livestream": "1", "is_prepaid": "1", "cluster": "c1",
    }  # fmt: skip
    for name, dimension in DIMENSIONS.items():
        sentence = wording.describe(Selection().toggled(name, codes.get(name, "x")))
        assert f"{dimension.label}：" in sentence
