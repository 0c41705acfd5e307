"""The ways in which people write the name of a province, city, county or street."""

import re
from dataclasses import dataclass

_PEOPLES_WRITTEN_SHORT = (
    "蒙古|维吾尔|布依|朝鲜|土家|哈尼|哈萨克|傈僳|拉祜|东乡|纳西|景颇|柯尔克孜|达斡尔|仫佬|布朗|撒拉|毛南|仡佬|锡伯|"
    "阿昌|普米|塔吉克|乌孜别克|俄罗斯|鄂温克|德昂|保安|裕固|塔塔尔|独龙|鄂伦春|赫哲|门巴|珞巴|基诺|高山"
)
_PEOPLES_WRITTEN_IN_FULL = "回|藏|苗|彝|壮|满|侗|瑶|白|傣|黎|佤|畲|水|土|羌|怒|京|各"
_WITH_PEOPLES = re.compile(
    rf"(.{{2,}}?)(?:(?:{_PEOPLES_WRITTEN_SHORT})族?|(?:{_PEOPLES_WRITTEN_IN_FULL})族)+"
)
_PROVINCE = re.compile(r"(.{2,}?)(?:特别行政区|(?:壮族|回族|维吾尔)?自治区|省|市)")
_CITY = re.compile(r"(.{2,}?)(?:自治州|地区|林区|盟|市)")
_COUNTY = re.compile(r"(.{2,}?)(?:自治县|自治旗|管理区|林区|特区|新区|市|县|区|旗)")
_ROAD_RANKS = ("路", "街", "道", "巷")
_STREET = re.compile(r"(.{2,}?)(?:办事处街道|街道|街|镇|乡|苏木)")


@dataclass(frozen=True, slots=True)
class NameForms:
    """Spellings of one region's name.

    Attributes
    ----------
    full
        The official name.
    former
        Spellings with another rank, as before a county became a district (京山县, now 京山市), or
        with the peoples left out (长阳县, officially 长阳土家族自治县).
    short
        Spellings without rank (江岸). They also occur inside other names (江汉路), so the reader
        must look at what follows.
    """

    full: str
    former: tuple[str, ...] = ()
    short: tuple[str, ...] = ()


def province_forms(name: str) -> NameForms:
    """Return the spellings of a province's name.

    Examples
    --------
    >>> province_forms("广西壮族自治区").short
    ('广西',)
    """
    return NameForms(name, short=_stem(_PROVINCE, name))


def city_forms(name: str) -> NameForms:
    """Return the spellings of a prefecture-level name.

    Examples
    --------
    >>> city_forms("恩施土家族苗族自治州")
    NameForms(full='恩施土家族苗族自治州', former=('恩施州', '恩施自治州'), short=('恩施',))
    """
    stem = _stem(_CITY, name)
    if not stem:
        return NameForms(name)
    if name.endswith("自治州"):
        stem = (_without_peoples(stem[0]),)
        return NameForms(name, (f"{stem[0]}州", f"{stem[0]}自治州"), stem)
    if name.endswith("市"):
        return NameForms(name, (f"{stem[0]}地区",), stem)
    return NameForms(name, short=stem)


def county_forms(name: str) -> NameForms:
    """Return the spellings of a county-level name.

    Examples
    --------
    >>> county_forms("京山市")
    NameForms(full='京山市', former=('京山县',), short=('京山',))
    >>> county_forms("长阳土家族自治县")
    NameForms(full='长阳土家族自治县', former=('长阳县',), short=('长阳',))
    >>> county_forms("随县")
    NameForms(full='随县', former=(), short=())
    """
    stem = _stem(_COUNTY, name)
    if not stem:
        return NameForms(name)
    if name.endswith(("自治县", "自治旗")):
        bare = _without_peoples(stem[0])
        return NameForms(name, (f"{bare}{name[-1]}",), (bare,))
    if name.endswith("市"):
        return NameForms(name, (f"{stem[0]}县",), stem)
    if name == f"{stem[0]}区":
        return NameForms(name, (f"{stem[0]}县", f"{stem[0]}市"), stem)
    return NameForms(name, short=stem)


def street_forms(name: str) -> NameForms:
    """Return the spellings of a street's, town's or township's name.

    Without rank, 中南路街道 is a road like any other, so it has no short spelling.

    Examples
    --------
    >>> street_forms("关山街道")
    NameForms(full='关山街道', former=('关山办事处', '关山街办'), short=('关山街', '关山'))
    >>> street_forms("民族街街道").former
    ('民族街办事处', '民族街街办', '民族街道')
    """
    stem = _stem(_STREET, name)
    if not stem or name.endswith("族乡"):
        return NameForms(name)
    bare = stem[0]
    short = () if bare.endswith(_ROAD_RANKS) else stem
    if not name.endswith(("街道", "街")):
        return NameForms(name, short=short)
    former = (f"{bare}办事处", f"{bare}街办")
    if bare.endswith("街"):
        return NameForms(name, (*former, f"{bare}道"))
    if name.endswith("街"):
        return NameForms(name, (*former, f"{bare}街道"), short)
    return NameForms(name, former, (f"{bare}街", *short))


def _stem(pattern: re.Pattern[str], name: str) -> tuple[str, ...]:
    found = pattern.fullmatch(name)
    return (found[1],) if found else ()


def _without_peoples(stem: str) -> str:
    found = _WITH_PEOPLES.fullmatch(stem)
    return found[1] if found else stem.removesuffix("族")
