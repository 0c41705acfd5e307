"""Dates and times as they stand in exports."""

import datetime as dt
from collections.abc import Sequence

import polars as pl

FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%Y-%m-%d %H:%M",
)
"""Tried on the whole column, in this order; what is left is taken apart."""

FIRST_YEAR, LAST_YEAR = 1990, 2100
"""Times outside are typing errors or a spreadsheet's zero."""

EXCEL_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - wall-clock time, as everywhere here
"""Day 0 of spreadsheet serials, leap-year fault of 1900 included."""

CHINA_OFFSET_MINUTES = 8 * 60

_COMPACT = r"^(\d{4})(\d{2})(\d{2})(?:[ T]?(\d{2}):?(\d{2}):?(\d{2})?)?$"
_SPELLED = (
    r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?"
    r"(?:[\sT]*(?:星期.|周.)?\s*(上午|下午|中午|晚上|晚|早上|凌晨|[AaPp][Mm])?\s*(\d{1,2})\s*[::时点]\s*(?:(\d{1,2})\s*[分:]?)?"
    r"\s*(?:(\d{1,2})(?:\.\d+)?\s*秒?)?\s*([AaPp][Mm])?)?\s*(Z|[+-]\d{2}:?\d{2})?$"
)
_SERIAL = r"^[2-7]\d{4}(?:\.\d+)?$"
_AFTERNOON = ("下午", "晚上", "晚", "PM", "pm", "Pm", "中午")


def read_times(
    column: pl.Series, *, formats: Sequence[str] = (), first_year: int = FIRST_YEAR
) -> pl.Series:
    """Read a column of times.

    Parameters
    ----------
    column
        Texts; leading and trailing blanks removed.
    formats
        Tried first, in order: strftime formats, ``excel`` (serial days), ``epoch``, ``epoch_ms``.
    first_year
        Times before are taken for typing errors.

    Returns
    -------
    polars.Series
        Datetimes without zone, to the second; null where nothing fits or the year is not between
        ``first_year`` and `LAST_YEAR`.

    Notes
    -----
    A date without time becomes midnight. A time with a zone suffix (``Z``, ``+08:00``) becomes China
    time.

    Examples
    --------
    >>> read_times(pl.Series(["2026/3/1 8:05:09", "2026年3月1日 下午3时", "46082.5"])).to_list()[1:]
    [datetime.datetime(2026, 3, 1, 15, 0), datetime.datetime(2026, 3, 1, 12, 0)]
    """
    likely = _likely_format(column, formats)
    if likely is not None:
        found = _by_format(column, likely)
        if found.null_count() == column.null_count() and _inside(found, first_year):
            return found.dt.truncate("1s")
    result = pl.Series(column.name, [None], pl.Datetime("us")).new_from_index(0, len(column))
    left = column
    for each in (*formats, *FORMATS):
        if left.null_count() == len(left):
            break
        found = _by_format(left, each)
        if found.null_count() < len(found):
            result = result.zip_with(result.is_not_null(), found)
            left = left.set(found.is_not_null(), None)
    odd = left.drop_nulls().unique()
    if len(odd):
        taken_apart = left.replace_strict(
            odd, _take_apart(odd), default=None, return_dtype=pl.Datetime("us")
        )
        result = result.zip_with(result.is_not_null(), taken_apart)
    inside = result.dt.year().is_between(first_year, LAST_YEAR)
    return result.set(~inside.fill_null(value=True), None).dt.truncate("1s").alias(column.name)


def _likely_format(column: pl.Series, formats: Sequence[str]) -> str | None:
    """Return the format of the first value, if no other one could read the rest differently.

    The built-in formats exclude each other; of given ones only the first goes before all others.
    """
    first = column.drop_nulls().head(1)
    for each in (formats[:1] or FORMATS) if len(first) else ():
        if not _by_format(first, each).null_count():
            return each
    return None


def _inside(times: pl.Series, first_year: int) -> bool:
    years = (times.dt.year().min(), times.dt.year().max())
    return all(each is None or first_year <= int(str(each)) <= LAST_YEAR for each in years)


def _by_format(column: pl.Series, form: str) -> pl.Series:
    if form in {"epoch", "epoch_ms"}:
        unit = 1_000_000 if form == "epoch" else 1_000
        zone = dt.timedelta(hours=8)
        moments = (column.cast(pl.Float64, strict=False) * unit).cast(pl.Int64, strict=False)
        return moments.cast(pl.Datetime("us")) + zone
    if form == "excel":
        return _serial(column)
    return column.str.to_datetime(form, strict=False, time_unit="us")


def _serial(column: pl.Series) -> pl.Series:
    days = column.cast(pl.Float64, strict=False)
    seconds = (days * 86_400).round().cast(pl.Int64, strict=False)
    return EXCEL_EPOCH + (seconds * 1_000_000).cast(pl.Duration("us"))


def _take_apart(texts: pl.Series) -> pl.Series:
    plain = texts.str.normalize("NFKC")
    spelled = plain.str.extract_groups(_SPELLED).struct.unnest()
    compact = plain.str.extract_groups(_COMPACT).struct.unnest()
    half = pl.coalesce(pl.col("half_before"), pl.col("half_after"))
    parts = pl.concat(
        [
            spelled.rename(
                dict(
                    zip(
                        spelled.columns,
                        ["y", "m", "d", "half_before", "h", "min", "s", "half_after", "zone"],
                        strict=True,
                    )
                )
            ),
            compact.rename(
                dict(zip(compact.columns, ["cy", "cm", "cd", "ch", "cmin", "cs"], strict=True))
            ),
        ],
        how="horizontal",
    )
    hour = pl.coalesce("h", "ch", pl.lit("0")).cast(pl.Int32)
    is_late = half.is_in(_AFTERNOON)
    is_early = half.is_in(["AM", "am", "Am", "凌晨", "上午", "早上"])
    hour = (
        pl.when(is_late & (hour < 12))
        .then(hour + 12)
        .when(is_early & (hour == 12))
        .then(0)
        .otherwise(hour)
    )
    when_ = parts.select(
        pl.concat_str(
            [
                pl.coalesce("y", "cy"),
                pl.coalesce("m", "cm").str.zfill(2),
                pl.coalesce("d", "cd").str.zfill(2),
                hour.cast(pl.String).str.zfill(2),
                pl.coalesce("min", "cmin", pl.lit("0")).str.zfill(2),
                pl.coalesce("s", "cs", pl.lit("0")).str.zfill(2),
            ],
            separator=" ",
        )
    ).to_series()
    moments = when_.str.to_datetime("%Y %m %d %H %M %S", strict=False, time_unit="us")
    serial = plain.str.contains(_SERIAL)
    return (moments + _to_china(parts["zone"])).zip_with(~serial, _serial(plain))


def _to_china(zones: pl.Series) -> pl.Series:
    """Return what to add to a time in each zone to get China's; nothing without a zone."""
    parts = zones.str.extract_groups(r"([+-])(\d{2}):?(\d{2})").struct.unnest()
    hours, minutes = (parts.to_series(each).cast(pl.Int64) for each in (1, 2))
    offset = (hours * 60 + minutes) * parts.to_series(0).replace_strict(
        ["+", "-"], [1, -1], default=None, return_dtype=pl.Int64
    )
    offset = offset.zip_with(
        zones.fill_null("") != "Z", pl.Series([0]).new_from_index(0, len(zones))
    )
    minutes_to_add = (CHINA_OFFSET_MINUTES - offset).zip_with(
        zones.is_not_null(), pl.Series([0]).new_from_index(0, len(zones))
    )
    return (minutes_to_add * 60_000_000).cast(pl.Duration("us"))
