import datetime as dt

import fastexcel
import polars as pl

from jobs.demo.xlsx import write_xlsx

CELLS = pl.DataFrame(
    {
        "名称": ["甲&乙<丙>", None, "两行\n文字 "],
        "金额": [1280.5, 3.0, None],
        "时间": [dt.datetime(2026, 3, 15, 8, 5, 9), None, dt.datetime(2026, 3, 16)],
    }
)


def test_what_is_written_is_read_again(tmp_path):
    path = tmp_path / "book.xlsx"
    write_xlsx(
        path, [("一", [CELLS.columns], CELLS), ("二", [["组", "", ""], CELLS.columns], CELLS[:1])]
    )
    reader = fastexcel.read_excel(path)
    assert reader.sheet_names == ["一", "二"]
    read = reader.load_sheet("一").to_polars()
    assert read["名称"].to_list() == CELLS["名称"].to_list()
    assert read["金额"].to_list() == CELLS["金额"].to_list()
    assert read["时间"].dt.truncate("1s").to_list() == CELLS["时间"].to_list()
    assert reader.load_sheet("二", header_row=1).to_polars().height == 1


def test_same_cells_same_bytes(tmp_path):
    for name in ("one", "two"):
        write_xlsx(tmp_path / name, [("一", [CELLS.columns], CELLS)])
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_an_empty_sheet(tmp_path):
    write_xlsx(
        tmp_path / "book.xlsx",
        [("空", [["甲"]], pl.DataFrame({"甲": []}, schema={"甲": pl.String}))],
    )
    assert fastexcel.read_excel(tmp_path / "book.xlsx").load_sheet(0).height == 0
