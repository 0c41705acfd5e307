"""投诉雷达: the pages a viewer may open, one frame around them, one error handler."""

import streamlit as st

from pages.components import access, data, failures, wording

PAGES = (
    ("big_screen", "一屏展示", ":material/monitoring:"),
    ("explorer", "一屏分析", ":material/query_stats:"),
    ("submissions", "诉求明细", ":material/list_alt:"),
)

with failures.Explained():
    viewer = access.enter()
    pages = [
        st.Page(f"pages/{name}.py", title=title, icon=icon, default=name == "big_screen")
        for name, title, icon in PAGES
        if viewer.may_open(name)
    ]
    page = st.navigation(pages, position="hidden")
    is_wall = page.url_path == ""
    st.set_page_config(
        page_title=f"{page.title} · 投诉雷达",
        layout="wide",
        initial_sidebar_state="collapsed" if is_wall else "expanded",
    )
    with st.sidebar:
        st.subheader("投诉雷达", anchor=False)
        for each in pages:
            st.page_link(each)
        status = data.status()
        if status.synthetic:
            st.badge("合成数据", color="orange")
        st.caption(f"{viewer.name}  \n数据截至{wording.date_text(status.last_day)}")
    page.run()
