"""From a ranking to an operator, to an indicator's records, to the submission itself."""

import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from queries.score_tables import operator_scores
from queries.warehouse import open_current
from tests.browser.looking import wait_until_idle
from tests.scored import PENALISED, plant


@pytest.mark.parametrize("size", [(1366, 768)], ids=["1366x768"])
def test_an_operator_is_opened_from_the_ranking_down_to_the_record(
    serve, browser_context, tmp_path, size
):
    folder = plant(tmp_path / "warehouse")
    found = open_current(f"duckdb:///{folder}")
    own = operator_scores.c
    with found.engine.connect() as conn:
        month = conn.scalar(sa.select(sa.func.max(own.month)))
        row = (
            conn.execute(
                sa.select(operator_scores).where(own.operator_id == PENALISED, own.month == month)
            )
            .mappings()
            .one()
        )
    found.engine.dispose()
    workflow = f"sqlite:///{tmp_path}/workflow.db"
    url = serve(folder, workflow, VIEWER_REGIONS="all", VIEWER_ROLE="enforcement").url
    page = browser_context.new_page()
    page.set_viewport_size({"width": size[0], "height": size[1]})

    page.goto(f"{url}/scores")
    wait_until_idle(page)
    ranking = page.get_by_role("table", name="风险评分排名")
    ranking.get_by_role("button", name="受罚商行").click()
    page.wait_for_url(re.compile(rf"/operator\?.*id={PENALISED}"))
    wait_until_idle(page)
    expect(page.get_by_test_id("stMetricValue").first).to_have_text(f"{row['score']:,.0f}")

    indicators = page.get_by_role("table", name="18项指标")
    indicators.get_by_role("button", name="行政处罚次数").wait_for()
    penalty = indicators.get_by_role("row", name=re.compile("^行政处罚次数"))
    expect(penalty).to_contain_text(f"{row['penalty_count']:g}")
    penalty.get_by_role("button").click()
    page.wait_for_url("**indicator=penalty_count**")
    expect(page.get_by_text("“行政处罚次数”的依据")).to_be_visible()
    expect(page.locator(".st-key-evidence_events")).to_contain_text("鄂罚〔2026〕1号")

    warning = indicators.get_by_role("row", name=re.compile("^投诉举报预警"))
    warning.get_by_role("button").click()
    page.wait_for_url("**indicator=complaint_warning**")
    wait_until_idle(page)
    page.locator(".st-key-evidence_submissions tbody tr").first.click()
    page.wait_for_url("**/submissions?**id=sa0**")
    expect(page.get_by_text("店o1").first).to_be_visible()
