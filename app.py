"""投诉雷达: the pages a viewer may open, one frame around them, one error handler."""

from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st

from pages.components import (
    access,
    address,
    data,
    failures,
    serving,
    streamlit_words,
    views,
    wording,
)

PAGES = {
    "big_screen": ("一屏展示", ":material/monitoring:"),
    "explorer": ("一屏分析", ":material/query_stats:"),
    "periods": ("涉诉时间", ":material/calendar_month:"),
    "operators": ("涉诉主体", ":material/storefront:"),
    "scores": ("风险评分", ":material/speed:"),
    "operator": ("一企一档", ":material/badge:"),
    "risk_model": ("评分模型", ":material/tune:"),
    "identities": ("主体归一", ":material/join_inner:"),
    "industries": ("涉诉行业", ":material/category:"),
    "issues": ("涉诉问题", ":material/report:"),
    "hot_words": ("涉诉热词", ":material/sell:"),
    "clusters": ("诉求聚类", ":material/bubble_chart:"),
    "repeats": ("异常诉求", ":material/content_copy:"),
    "tags": ("诉求标签", ":material/label:"),
    "campaigns": ("专项行动", ":material/flag:"),
    "leads": ("案源线索", ":material/assignment_late:"),
    "new_words": ("新词碰撞", ":material/lightbulb:"),
    "regions": ("涉诉区域", ":material/map:"),
    "changes": ("变化归因", ":material/difference:"),
    "events": ("事件日历", ":material/event:"),
    "entry_quality": ("录入质量", ":material/fact_check:"),
    "submissions": ("诉求明细", ":material/list_alt:"),
}
SIDEBAR_PIXELS = 210

serving.begin()

# What stands in the sidebar first fixes its width, so this is said before anything is drawn there.
asked = urlsplit(st.context.url or "").path.rpartition("/")[2]
beside = asked in PAGES and asked != "big_screen"
st.set_page_config(layout="wide", initial_sidebar_state=SIDEBAR_PIXELS if beside else "collapsed")

with failures.Explained():
    st.sidebar.subheader("投诉雷达", anchor=False)
    streamlit_words.install()
    links = st.sidebar.container()
    status = data.status()
    with access.entered(synthetic=status.synthetic) as viewer:
        # An icon given to st.Page becomes the browser's tab icon, fetched from outside.
        pages = {
            name: st.Page(f"pages/{name}.py", title=title, url_path=name)
            for name, (title, _) in PAGES.items()
            if viewer.may_open(name)
        }
        home = st.Page("pages/big_screen.py", title="一屏展示", url_path="home", default=True)
        page = st.navigation([home, *pages.values()], position="hidden")
        st.set_page_config(
            page_title=f"{page.title} · 投诉雷达",
            page_icon=Path(__file__).parent / "assets" / "brand" / "icon.png",
            layout="wide",
            initial_sidebar_state="collapsed" if page.title == home.title else SIDEBAR_PIXELS,
        )
        kept = address.current(viewer.scope).to_query()
        for name, each in pages.items():
            links.page_link(each, icon=PAGES[name][1], query_params=kept)
        if status.synthetic:
            st.sidebar.badge("合成数据", color="orange")
        st.sidebar.markdown(f":small[{viewer.name}  \n截至{wording.date_text(status.last_day)}]")
        views.start(viewer, at_home=page == home)
        page.run()
