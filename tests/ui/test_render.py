import datetime as dt
import json
import math
from decimal import Decimal
from importlib import metadata

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from pyecharts import options as opts
from pyecharts.charts import Bar
from pyecharts.commons.utils import JsCode
from streamlit.testing.v1 import AppTest

from pages.components import render
from pages.components.render import CODE_MARKER, UnplainOptionError, option_of, to_plain
from queries.vocabulary import Kind

SCRIPT = "</script><script>alert(1)"
PICTURE = "<img src=x onerror=alert(1)>"


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        pytest.param(np.int64(3), 3, id="numpy integer"),
        pytest.param(np.float32(0.5), 0.5, id="numpy float"),
        pytest.param(np.bool_(True), True, id="numpy flag"),
        pytest.param(np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]], id="numpy array"),
        pytest.param(np.datetime64("2026-03-01"), "2026-03-01", id="numpy day"),
        pytest.param(float("nan"), None, id="NaN"),
        pytest.param(math.inf, None, id="infinity"),
        pytest.param(np.float64("nan"), None, id="numpy NaN"),
        pytest.param(pd.NA, None, id="NA"),
        pytest.param(pd.NaT, None, id="NaT"),
        pytest.param(Decimal("1.25"), 1.25, id="decimal"),
        pytest.param(Decimal("NaN"), None, id="decimal NaN"),
        pytest.param(pd.Timestamp("2026-03-01 10:00"), "2026-03-01T10:00:00", id="timestamp"),
        pytest.param(dt.date(2026, 3, 1), "2026-03-01", id="day"),
        pytest.param(pd.Series([1, None]), [1.0, None], id="series"),
        pytest.param(Kind.COMPLAINT, "complaint", id="enum of text"),
        pytest.param((1, (2,)), [1, [2]], id="tuples"),
        pytest.param({1: "a"}, {"1": "a"}, id="key that is no text"),
        pytest.param(True, True, id="flag"),
        pytest.param(opts.LabelOpts(font_size=5).opts["fontSize"], 5, id="pyecharts"),
    ],
)
def test_values_become_plain(value, plain):
    found = to_plain(value)
    assert found == plain
    assert type(found) is type(plain)


def test_pandas_text_becomes_plain_with_gaps():
    assert to_plain(pd.Series(["武汉", None], dtype="str")) == ["武汉", None]


def test_a_callback_is_refused_with_its_place():
    with pytest.raises(UnplainOptionError, match=r"option\.tooltip\.formatter holds a JsCode"):
        to_plain({"tooltip": {"formatter": JsCode("function(){}")}})


def test_an_unknown_object_is_refused():
    with pytest.raises(UnplainOptionError, match=r"option\.data\[1\] holds a set"):
        to_plain({"data": [1, {2}]})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param(SCRIPT, SCRIPT, id="closing tag"),
        pytest.param(f"{CODE_MARKER}alert(1){CODE_MARKER}", "alert(1)", id="marker"),
        pytest.param("--x_x--0_--x_x--0_0--0--f()", "f()", id="marker inside a marker"),
    ],
)
def test_complaint_text_stays_text(text, shown):
    chart = Bar().add_xaxis([text]).add_yaxis(text, [np.int64(1)])
    option = option_of(chart)
    assert option["xAxis"][0]["data"] == [shown]
    assert option["series"][0]["name"] == shown
    assert option["series"][0]["data"] == [1]


@given(st.lists(st.sampled_from(["--x_x", "--0_0--", "--x_x--0_0--", "-", "x_x--", "0_0"])))
def test_no_combination_leaves_a_marker(pieces):
    assert CODE_MARKER not in to_plain({"".join(pieces): "".join(pieces)}).popitem()[1]
    assert CODE_MARKER not in json.dumps(to_plain({"".join(pieces): 1}))


def test_the_marker_is_what_the_charts_in_the_browser_run():
    scripts = [each for each in metadata.files("streamlit-echarts") or () if each.suffix == ".js"]
    assert scripts
    assert any(CODE_MARKER in each.read_text(encoding="utf-8") for each in scripts)
    assert CODE_MARKER in JsCode("f()").js_code


def test_every_tooltip_is_drawn_as_text():
    option = option_of(
        {
            "tooltip": {"renderMode": "html", "trigger": "axis"},
            "series": [{"data": [{"name": PICTURE, "tooltip": {"formatter": PICTURE}}]}],
            "baseOption": {"tooltip": [{}]},
        }
    )
    assert option["tooltip"]["renderMode"] == "richText"
    assert option["series"][0]["data"][0]["tooltip"]["renderMode"] == "richText"
    assert option["baseOption"]["tooltip"][0]["renderMode"] == "richText"


def test_pyecharts_tooltips_are_drawn_as_text():
    chart = Bar().set_global_opts(tooltip_opts=opts.TooltipOpts(formatter=PICTURE))
    assert option_of(chart)["tooltip"]["renderMode"] == "richText"


def test_links_are_taken_out():
    option = option_of({"title": [{"text": "x", "link": "javascript:alert(1)", "sublink": "y"}]})
    assert option["title"] == [{"text": "x"}]


def test_the_background_is_seen_through():
    assert option_of(Bar())["backgroundColor"] == "transparent"


def test_the_given_option_is_not_changed():
    given_option: dict[str, object] = {"tooltip": {}, "series": []}
    option_of(given_option)
    assert given_option == {"tooltip": {}, "series": []}


def test_plain_text_is_no_html():
    with pytest.raises(TypeError, match="takes Markup, got str"):
        render.show_html("<b>x</b>")  # type: ignore[arg-type]


def test_what_is_put_into_markup_is_escaped():
    def script(text):
        from markupsafe import Markup  # noqa: PLC0415

        from pages.components import render  # noqa: PLC0415

        render.show_html(Markup("<b>{}</b>").format(text))

    app = AppTest.from_function(script, args=(PICTURE,)).run()
    assert app.get("html")[0].proto.body == "<b>&lt;img src=x onerror=alert(1)&gt;</b>"


@pytest.mark.parametrize(
    "text", ["![x](http://a.b/c.png)", ":material/home:", "$x$", "a_b_c", "<b>"]
)
def test_labels_keep_every_letter_and_no_meaning(text):
    label = render.as_label(text)
    assert label.replace("\\", "") == text
    assert all(label[at - 1] == "\\" for at, letter in enumerate(label) if letter in "![](:$_<")


def test_markup_is_not_escaped_twice():
    assert Markup("{}").format(Markup("<i>")) == "<i>"
