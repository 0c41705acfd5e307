"""Reads of repeats and claimants: counted by hand, and no viewer sees of another's city."""

import json

import pandas as pd
import pytest

from queries.generations import GenerationStore
from queries.repeat_reads import (
    CLAIMANT,
    FIGURES,
    RepeatsNotDerivedError,
    fetch_claimants_of,
    fetch_group,
    fetch_groups,
    fetch_groups_of,
    fetch_left_out,
    fetch_members,
)
from queries.scope import EVERYTHING, Scope
from queries.selection import Period, Selection
from queries.vocabulary import GroupKind
from queries.warehouse import open_current
from tests.repeated import ACROSS, ALL, EXPECTED, LAST, SECRET, SERIAL, load, plant

WHOLE = Selection(period=Period("all"))
WUHAN, YICHANG = Scope(regions=("420100",)), Scope(regions=("420500",))
KINDS = (*[str(kind) for kind in GroupKind], CLAIMANT)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    opened = open_current(f"duckdb:///{plant(tmp_path_factory.mktemp('warehouse'))}")
    yield opened
    opened.engine.dispose()


def test_what_is_left_out_by_reason(warehouse):
    left = fetch_left_out(warehouse, WHOLE, EVERYTHING)
    expected = pd.Series([*EXPECTED.values(), "multichannel"]).value_counts()
    assert left.by_reason == {"repeat": 1, "multichannel": 2, "serial_claim": 6}
    assert left.by_reason == expected.to_dict()
    assert left.total == len([*ALL, *ACROSS, *LAST])
    assert left.number == 9


def test_the_switch_of_counts_does_not_empty_the_page(warehouse):
    denoised = Selection(period=Period("all"), denoised=True)
    assert fetch_left_out(warehouse, denoised, EVERYTHING) == fetch_left_out(
        warehouse, WHOLE, EVERYTHING
    )
    assert fetch_groups(warehouse, denoised, EVERYTHING, kind="repeat").total == 2


def test_groups_are_counted_in_the_selection_and_told_whole(warehouse):
    march = Selection(period=Period("2026-03-04..2026-03-31"))
    found = fetch_groups(warehouse, march, EVERYTHING, kind="repeat")
    first = found.frame[found.frame["operator_id"] == "op0"].iloc[0]
    assert (first["size"], first["selected"], first["left_out"]) == (2, 1, 1)
    assert (str(first["first_day"]), str(first["last_day"])) == ("2026-03-01", "2026-03-05")
    assert (found.total, found.selected) == (2, 3)
    members = fetch_members(warehouse, EVERYTHING, kind="repeat", group_key=first["group_key"])
    assert members["submission_id"].tolist() == ["s0001", "s0002"]
    assert members["role"].tolist() == ["kept", "copy"]
    assert members["exclusion_reason"].tolist() == [None, "repeat"]


def test_a_limit_cuts_the_list_but_not_the_count(warehouse):
    found = fetch_groups(warehouse, WHOLE, EVERYTHING, kind="repeat", limit=1)
    assert (len(found.frame), found.total) == (1, 2)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scope", [EVERYTHING, WUHAN, YICHANG])
def test_one_group_is_told_as_in_the_list(warehouse, kind, scope):
    listed = fetch_groups(warehouse, WHOLE, scope, kind=kind).frame
    for _, row in listed.iterrows():
        key = int(row["group_key"])
        one = fetch_group(warehouse, WHOLE, scope, kind=kind, group_key=key)
        pd.testing.assert_series_equal(one.iloc[0], row, check_names=False)
    hidden = {
        int(key) for key in fetch_groups(warehouse, WHOLE, EVERYTHING, kind=kind).frame["group_key"]
    } - {int(key) for key in listed["group_key"]}
    for key in {*hidden, 999_999}:
        assert fetch_group(warehouse, WHOLE, scope, kind=kind, group_key=key).empty


def test_one_group_without_a_submission_selected_is_told_too(warehouse):
    key = int(fetch_groups(warehouse, WHOLE, EVERYTHING, kind="repeat").frame["group_key"].iloc[0])
    earlier = Selection(period=Period("2020-01-01..2020-01-31"))
    one = fetch_group(warehouse, earlier, EVERYTHING, kind="repeat", group_key=key)
    assert one["selected"].tolist() == [0]
    assert one["size"].tolist() == [2]


def test_a_claimant_with_its_figures(warehouse):
    found = fetch_groups(warehouse, WHOLE, EVERYTHING, kind=CLAIMANT)
    claimant = found.frame.iloc[0]
    assert (claimant["tier"], claimant["size"], claimant["total"]) == ("suspected", 6, 6)
    assert claimant["burst_peak"] == 6
    assert claimant["f2"]
    assert claimant["names"] == "赵**"
    known = fetch_claimants_of(warehouse, ["s0012", "s0001", "nowhere"])
    assert known == {"s0012": claimant["group_key"]}


def test_a_viewer_of_a_part_is_not_told_figures_of_the_whole(warehouse):
    claimant = fetch_groups(warehouse, WHOLE, WUHAN, kind=CLAIMANT).frame.iloc[0]
    assert claimant["size"] == len(SERIAL)
    assert all(claimant[name] is None for name in FIGURES)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_yichang_reaches_wuhan(warehouse, kind):
    found = fetch_groups(warehouse, WHOLE, WUHAN, kind=kind)
    texts = [found.frame.to_json(force_ascii=False, default_handler=str)]
    for key in found.frame["group_key"]:
        members = fetch_members(warehouse, WUHAN, kind=kind, group_key=int(key))
        assert set(members["city_code"]) == {"420100"}
        texts.append(members["handling_unit"].to_json())
    assert not any(f"{SECRET}局" in text or f"op-{SECRET}" in text for text in texts)


def test_each_sees_the_own_half_of_a_group_across_cities(warehouse):
    sizes = {
        scope: fetch_groups(warehouse, WHOLE, scope, kind="repeat").frame["size"].tolist()
        for scope in (EVERYTHING, WUHAN, YICHANG)
    }
    assert sizes[EVERYTHING] == [2, 2]
    assert sorted(sizes[WUHAN]) == [1, 2]
    assert sizes[YICHANG] == [1]
    many = {
        scope: fetch_groups(warehouse, WHOLE, scope, kind="many_persons").frame
        for scope in (EVERYTHING, WUHAN, YICHANG)
    }
    assert [many[scope]["persons"].tolist() for scope in many] == [[8], [5], [3]]
    assert json.loads(many[WUHAN].to_json(default_handler=str))["label"] == {"0": ""}


def test_a_group_of_another_city_is_as_none(warehouse):
    key = int(fetch_groups(warehouse, WHOLE, WUHAN, kind="multichannel").frame["group_key"].iloc[0])
    assert fetch_members(warehouse, YICHANG, kind="multichannel", group_key=key).empty
    assert fetch_members(warehouse, WUHAN, kind="multichannel", group_key=10**9).empty


def test_a_submission_knows_its_groups_as_far_as_the_viewer_does(warehouse):
    kinds = [kind for kind, _ in fetch_groups_of(warehouse, EVERYTHING, submission_id="s0012")]
    assert kinds == ["frequent", CLAIMANT]
    assert fetch_groups_of(warehouse, YICHANG, submission_id="s0012") == []
    assert fetch_groups_of(warehouse, EVERYTHING, submission_id="s0020") == []
    assert fetch_groups_of(warehouse, EVERYTHING, submission_id="nowhere") == []


def test_misuse_is_told(warehouse):
    with pytest.raises(ValueError, match="limit must be 1 to"):
        fetch_groups(warehouse, WHOLE, EVERYTHING, kind="repeat", limit=0)
    with pytest.raises(ValueError, match="'guess'"):
        fetch_groups(warehouse, WHOLE, EVERYTHING, kind="guess")


def test_underived_is_an_error_and_no_empty_table(tmp_path):
    load(GenerationStore(tmp_path), LAST)
    opened = open_current(f"duckdb:///{tmp_path}")
    try:
        with pytest.raises(RepeatsNotDerivedError, match="python -m jobs refresh"):
            fetch_left_out(opened, WHOLE, EVERYTHING)
        for kind in KINDS:
            with pytest.raises(RepeatsNotDerivedError):
                fetch_groups(opened, WHOLE, EVERYTHING, kind=kind)
            with pytest.raises(RepeatsNotDerivedError):
                fetch_members(opened, EVERYTHING, kind=kind, group_key=1)
    finally:
        opened.engine.dispose()
