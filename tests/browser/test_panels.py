"""Panels drawn alone in a browser: what has too little room gives way as it should."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from pages.components import grid, panels
from pages.components.grid import Cell, Head, Row

COMPONENTS = Path(panels.__file__).parent
NAME = "武汉跃动无界健身服务有限公司武昌第二分公司"


@pytest.fixture
def draw(browser_context: BrowserContext):
    def drawn(kind: str, content: dict, *, width: int) -> Page:
        style, script = (
            "\n".join((COMPONENTS / f"{each}.{kind_}").read_text() for each in panels._PARTS)
            for kind_ in ("css", "js")
        )
        page = browser_context.new_page()
        page.set_content(
            f"<style>body{{font-family:'Noto Sans CJK SC'}}{style}</style><div id=at style='width:{width}px'><div class=panels></div></div>"
        )
        page.evaluate(
            """async ([script, data]) => {
                const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
                const { default: draw } = await import(url);
                draw({ parentElement: document.getElementById('at'), data, setTriggerValue: () => {} });
            }""",
            [script, json.loads(json.dumps({"kind": kind, **content}))],
        )
        return page

    return drawn


def table(*cells: Cell, heads: tuple[Head, ...]) -> dict:
    rows = [Row("1", cells), Row("2", (Cell(NAME.replace("第二", "第一")), *cells[1:]))]
    return grid.content("t", "表", heads, rows, empty="无")


def test_figures_stay_and_names_give_way(draw):
    heads = (Head("主体"), Head("命中", right=True, width=48), Head("占比", right=True, width=52))
    page = draw("grid", table(Cell(NAME), Cell("7"), Cell("2.4%"), heads=heads), width=243)
    assert page.evaluate("document.querySelector('table').offsetWidth") == 243
    assert page.locator(".start").first.evaluate("e => e.scrollWidth > e.clientWidth")
    assert page.locator(".end").first.evaluate("e => e.scrollWidth <= e.clientWidth")
    assert page.locator(".end").all_inner_texts() == ["二分公司", "一分公司"]
    assert page.locator(".pick").first.get_attribute("title") == NAME


def test_sentences_are_shown_whole(draw):
    heads = (Head("主体"), Head("说明", wrap=True))
    page = draw("grid", table(Cell("甲"), Cell(NAME * 3), heads=heads), width=243)
    cell = page.locator("td.wrap").first
    assert cell.evaluate("e => e.scrollWidth <= e.clientWidth && e.offsetHeight > 40")
    assert page.evaluate("document.querySelector('table').offsetWidth") == 243


def test_a_figure_stays_in_its_tile_and_has_no_empty_hint(draw):
    told = {
        "code": "m",
        "label": "挽回经济损失",
        "value": "1,575.8",
        "unit": "万元",
        "selected": False,
        "hint": "",
        "changes": [{"label": "转化", "text": "—", "tone": "neutral"}],
    }
    page = draw("tiles", {"tiles": [told] * 4}, width=410)
    assert page.locator(".figure").first.evaluate(
        "e => e.getBoundingClientRect().left + e.scrollWidth <= e.parentElement.getBoundingClientRect().right - 4"
    )
    assert page.locator("[title=undefined]").count() == 0


def test_a_board_without_comparison_has_no_empty_column(draw):
    row = {"code": "1", "label": "已归档", "value": "7", "share": "1%", "change": "", "bar": 1.0}
    row |= {"tone": "", "hint": "", "usable": True, "drills": False, "end": ""}
    board: dict[str, object] = {
        "key": "status",
        "title": "办理状态",
        "level": "办理状态",
        "rows": [row],
        "crumbs": [],
    }
    board |= {"wide": False, "more": False, "note": "", "heads": ["诉求量", "占比", ""]}
    page = draw("boards", {"boards": [board]}, width=300)
    assert page.locator(".change:visible").count() == 0
