import csv
import functools

import pandas as pd
import pytest

from pages.components import data, denominators, places
from pages.components.denominators import Base, Off, Rate, figures, rate_per_10k
from queries.results import Breakdown
from queries.scope import EVERYTHING, Scope
from queries.selection import Selection

PUBLISHED_TOTAL = 57_752_557


@pytest.fixture
def counted(monkeypatch):
    """Answer every breakdown with these complaints by city."""

    def answer(members, complaints):
        frame = pd.DataFrame({"member": pd.Series(members, dtype=object), "complaints": complaints})
        found = Breakdown(frame, "city_code", len(frame))
        monkeypatch.setattr(data, "breakdown", lambda *_, **__: found)

    return answer


def test_the_census_adds_up_to_the_published_total():
    known = figures(Base.RESIDENTS)
    assert len(known) == 17
    assert sum(each.number for each in known.values()) == PUBLISHED_TOTAL
    assert {each.as_of.isoformat() for each in known.values()} == {"2020-11-01"}
    assert all(each.source for each in known.values())


def test_rates_by_hand(counted):
    # 12,326 of 12,326,518: 9.99957 of 10,000; 67 of 66,571: 10.06; left out: 5 elsewhere, 3 nowhere
    counted(["420100", "429021", "430100", None], [12_326, 67, 5, 3])
    found = rate_per_10k("city_code", "complaints", Selection(), EVERYTHING)
    assert isinstance(found, Rate)
    assert found.frame["member"].to_list() == ["429021", "420100"]
    assert found.frame["per_10k"].to_list() == pytest.approx([10.06444, 9.99958], abs=1e-5)
    assert found.left_out == 8
    assert "2020年11月1日" in found.caption
    assert "湖北省第七次全国人口普查公报" in found.caption


@pytest.mark.parametrize(
    ("level", "measure", "selection", "scope", "told"),
    [
        ("county_code", "complaints", Selection(), EVERYTHING, "只按市州"),
        ("product", "complaints", Selection(), EVERYTHING, "只按市州"),
        ("city_code", "disputed_yuan", Selection(), EVERYTHING, "不是件数"),
        ("city_code", "closure_rate", Selection(), EVERYTHING, "不是件数"),
        (
            "city_code",
            "complaints",
            Selection().with_filter("operator", ["X"]),
            EVERYTHING,
            "经营主体",
        ),
        ("city_code", "complaints", Selection().with_filter("unit", ["X"]), EVERYTHING, "承办单位"),
        (
            "city_code",
            "complaints",
            Selection().with_filter("is_online", ["0"], exclude=True),
            EVERYTHING,
            "网购",
        ),
        (
            "city_code",
            "complaints",
            Selection().with_filter("sale_mode", ["online"]),
            EVERYTHING,
            "销售方式",
        ),
        ("city_code", "complaints", Selection(), Scope(regions=("420106",)), "查看范围小于市州"),
        (
            "city_code",
            "complaints",
            Selection(),
            Scope(everything=True, units=("X",)),
            "查看范围小于市州",
        ),
    ],
)
def test_off_where_numerator_and_denominator_do_not_match(level, measure, selection, scope, told):
    found = rate_per_10k(level, measure, selection, scope)
    assert isinstance(found, Off)
    assert told in found.reason


@pytest.mark.parametrize(
    ("selection", "scope"),
    [
        (Selection().with_filter("issue", ["C01"]).with_filter("product", ["G101-02"]), EVERYTHING),
        (Selection(), Scope(regions=("420000",))),
        (Selection(), Scope(regions=("420106",), everything=True)),
    ],
)
def test_on_where_they_do(counted, selection, scope):
    counted(["420100"], [1])
    assert isinstance(rate_per_10k("city_code", "complaints", selection, scope), Rate)


def test_rates_of_operators_wait_for_their_numbers(counted, tmp_path, monkeypatch):
    counted(["420100", "420200"], [30, 1])
    found = rate_per_10k("city_code", "complaints", Selection(), EVERYTHING, base=Base.OPERATORS)
    assert found == Off("未提供各市州经营主体户数，暂不计算每万户件数")
    folder = tmp_path / "regions"
    folder.mkdir()
    with (folder / "population.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["code", "residents", "as_of", "source", "operators"])
        writer.writerow(["420100", "100", "2026-01-01", "本局", "20000"])
        writer.writerow(["420200", "100", "2026-01-01", "本局", ""])
    places.regions()
    monkeypatch.setattr(places, "ASSETS", tmp_path)
    fresh = functools.cache(figures.__wrapped__)
    monkeypatch.setattr(denominators, "figures", fresh)
    found = rate_per_10k("city_code", "complaints", Selection(), EVERYTHING, base=Base.OPERATORS)
    assert isinstance(found, Rate)
    # 30 of 20,000; the other city has no number
    assert found.frame.to_dict("list") == {
        "member": ["420100"],
        "count": [30],
        "base": [20_000],
        "per_10k": [15.0],
    }
    assert found.left_out == 1
