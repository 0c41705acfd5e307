from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from pages.components import access, store
from pages.components.access import PAGES, Role, Viewer, demo_viewers, fixed_viewer, may_enter
from pages.components.settings import InvalidSettingError, read_settings, settings
from queries.scope import EVERYTHING, Scope
from queries.vocabulary import DecisionKind
from tests.ui.pages import PAGE_FILES

WUHAN = Scope(regions=("420100",))


def test_without_regions_a_fixed_viewer_sees_nothing():
    viewer = fixed_viewer(read_settings({}))
    assert viewer.scope == Scope()
    assert viewer.sees_nothing


def test_all_regions_lift_the_restriction():
    viewer = fixed_viewer(read_settings({"VIEWER_REGIONS": "all", "VIEWER_ROLE": "leader"}))
    assert viewer.scope == EVERYTHING
    assert viewer.role is Role.LEADER
    assert not viewer.sees_nothing


def test_named_regions_are_the_scope():
    assert fixed_viewer(read_settings({"VIEWER_REGIONS": "420100"})).scope == WUHAN


def test_an_unknown_role_is_refused():
    with pytest.raises(InvalidSettingError, match=r"VIEWER_ROLE='boss'.*leader, analyst"):
        fixed_viewer(read_settings({"VIEWER_ROLE": "boss"}))


def test_demo_offers_viewers_of_one_city():
    scopes = [viewer.scope for viewer in demo_viewers("420000").values()]
    assert scopes[0] == EVERYTHING
    assert WUHAN in scopes
    assert Scope(regions=("420200",)) in scopes


def test_a_role_opens_only_its_pages(monkeypatch):
    monkeypatch.setattr(access, "PAGES", {"ledger": frozenset({Role.ANALYST})})
    leader = Viewer("x", Role.LEADER, EVERYTHING)
    assert not leader.may_open("ledger")
    assert replace(leader, role=Role.ANALYST).may_open("ledger")


def test_a_page_that_nobody_registered_opens_for_nobody():
    assert not any(Viewer("x", role, EVERYTHING).may_open("admin") for role in Role)


def test_every_page_has_its_row_in_the_table_of_rights():
    assert {path.stem for path in PAGE_FILES} == set(PAGES)


@pytest.mark.parametrize(
    ("scope", "region", "may"),
    [
        pytest.param(EVERYTHING, "420500", True, id="anywhere in the province"),
        pytest.param(EVERYTHING, "430100", False, id="outside the home province"),
        pytest.param(EVERYTHING, "420106' OR 1", False, id="no code at all"),
        pytest.param(WUHAN, "420100", True, id="the own city"),
        pytest.param(WUHAN, "420106", True, id="a district of it"),
        pytest.param(WUHAN, "420500", False, id="another city"),
        pytest.param(WUHAN, "420000", False, id="the province above"),
        pytest.param(Scope(regions=("420100", "420500")), "420000", True, id="what holds both"),
        pytest.param(Scope(regions=("420100", "420500")), "420200", False, id="a third city"),
        pytest.param(Scope(), "420100", False, id="no regions"),
    ],
)
def test_regions_that_a_viewer_may_enter(scope, region, may):
    assert may_enter(scope, region, "420000") is may


def test_the_viewer_is_known_inside_the_frame_only(monkeypatch):
    def script():
        import streamlit as st  # noqa: PLC0415

        from pages.components import access  # noqa: PLC0415

        with access.entered(synthetic=True) as viewer:
            st.write(f"inside {access.require('explorer') == viewer}")
        st.write(f"after {'access.viewer' in st.session_state}")

    monkeypatch.setenv("VIEWER_REGIONS", "420100")
    settings.cache_clear()
    app = AppTest.from_function(script).run()
    settings.cache_clear()
    assert [each.value for each in app.markdown] == ["inside True", "after False"]


def page_for(viewer):
    def script(viewer):
        import streamlit as st  # noqa: PLC0415

        from pages.components import access, failures  # noqa: PLC0415

        if viewer is not None:
            st.session_state["access.viewer"] = viewer
        with failures.Explained():
            st.write(f"rows for {access.require('explorer').name}")

    return AppTest.from_function(script, args=(viewer,)).run()


def test_a_viewer_with_regions_passes():
    app = page_for(Viewer("武汉", Role.ANALYST, WUHAN))
    assert [each.value for each in app.markdown] == ["rows for 武汉"]


def test_a_viewer_without_regions_is_told_which_setting_to_set():
    app = page_for(Viewer("x", Role.ANALYST, Scope()))
    assert not app.markdown
    assert "VIEWER_REGIONS" in app.warning[0].value


def test_a_viewer_without_the_right_is_stopped(monkeypatch):
    monkeypatch.setattr(access, "PAGES", {"explorer": frozenset({Role.LEADER})})
    app = page_for(Viewer("执法", Role.ENFORCEMENT, WUHAN))
    assert not app.markdown
    assert app.error[0].value == "“执法”无权打开此页面，请联系系统管理员。"


def test_a_page_run_as_a_program_of_its_own_shows_nothing():
    app = page_for(None)
    assert not app.markdown
    assert "streamlit run app.py" in app.error[0].value


@pytest.mark.parametrize(
    ("role", "scope", "kinds"),
    [
        pytest.param(Role.LEADER, EVERYTHING, set(), id="a leader reads"),
        pytest.param(Role.ANALYST, EVERYTHING, set(DecisionKind), id="who sees everything"),
        pytest.param(Role.ENFORCEMENT, WUHAN, {DecisionKind.SUBMISSION}, id="who sees one city"),
    ],
)
def test_what_holds_for_everybody_is_decided_by_who_sees_everything(role, scope, kinds):
    viewer = Viewer("甲", role, scope)
    assert {kind for kind in DecisionKind if viewer.may_decide(kind)} == kinds


def test_the_store_refuses_what_a_viewer_may_not_decide(monkeypatch, tmp_path):
    monkeypatch.setenv("WORKFLOW_URL", f"sqlite:///{tmp_path}/workflow.db")
    settings.cache_clear()
    officer, analyst = Viewer("甲", Role.ENFORCEMENT, WUHAN), Viewer("乙", Role.ANALYST, EVERYTHING)
    with pytest.raises(store.NotAllowedError, match="sees all data"):
        store.decide(officer, DecisionKind.WORD, "陪爬师", "accepted")
    store.decide(analyst, DecisionKind.WORD, "陪爬师", "accepted")
    (kept,) = store.decisions(DecisionKind.WORD)
    with pytest.raises(store.NotAllowedError):
        store.withdraw(officer, DecisionKind.WORD, kept.decision_id)
    assert store.decisions(DecisionKind.WORD) == (kept,)
    settings.cache_clear()
