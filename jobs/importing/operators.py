"""Who an operator is: by its social credit code, or by name and county."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable

import polars as pl

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Characters of a unified social credit code, GB 32100-2015: no I, O, S, V, Z."""

USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
"""Weights of the first 17 characters, GB 32100-2015: powers of 3 modulo 31."""

_NOISE = re.compile(r"[\s·•.,，。、\-_—()\[\]【】《》<>“”\"'*#]+")
_REGION = (
    r"^(?:[^\d省]{2,7}?(?:省|自治区))?(?:[^\d市州]{2,7}?(?:市|自治州|地区|盟))?"
    r"(?:[^\d区县市旗]{1,6}(?:自治县|新区|林区|区|县|市|旗))?"
)
"""Province, city and county at the start of an address, each left out by some sources."""

_VALUES = {char: value for value, char in enumerate(USCC_ALPHABET)}


def normal_uscc(text: str) -> str | None:
    """Return a social credit code in its normal form, None if its check character is wrong.

    Examples
    --------
    >>> normal_uscc("91350100M000100Y43"), normal_uscc("91350100M000100Y44")
    ('91350100M000100Y43', None)
    """
    code = "".join(unicodedata.normalize("NFKC", text).upper().split())
    if len(code) != 18 or any(char not in _VALUES for char in code):
        return None
    total = sum(
        _VALUES[char] * weight for char, weight in zip(code[:17], USCC_WEIGHTS, strict=True)
    )
    return code if _VALUES[code[17]] == -total % 31 else None


def name_key(name: str) -> str:
    """Return what spellings of one operator's name have in common.

    Examples
    --------
    >>> name_key("武汉市 某某（商贸）有限公司") == name_key("武汉市某某(商贸)有限公司")
    True
    """
    return _NOISE.sub("", unicodedata.normalize("NFKC", name).casefold())


def operator_id(name: str, county_code: str | None) -> str | None:
    """Return a stable id for an operator known by name only; None if the name says nothing.

    Examples
    --------
    >>> operator_id("某某超市", "420106") == operator_id("某某 超市", "420106")
    True
    >>> operator_id("某某超市", "420106") == operator_id("某某超市", "420102")
    False
    """
    key = name_key(name)
    return _id_of(key, county_code) if key else None


def county_of(name: str, named_id: str, county_codes: Iterable[str | None]) -> str | None:
    """Return the county in the id of an operator that is known by name only.

    Parameters
    ----------
    county_codes
        To try, in this order; None stands for no county.

    Returns
    -------
    str or None
        Empty where the id holds no county; None where it holds none of these.

    Examples
    --------
    >>> county_of("某某超市", operator_id("某某超市", "420106"), [None, "420102", "420106"])
    '420106'
    """
    key = name_key(name)
    return next((each or "" for each in county_codes if _id_of(key, each) == named_id), None)


def _id_of(key: str, county_code: str | None) -> str:
    digest = hashlib.blake2b(f"{key}|{county_code or ''}".encode(), digest_size=8).hexdigest()
    return f"n-{digest}"


def address_keys(addresses: pl.Series, county_codes: pl.Series) -> pl.Series:
    """Return what spellings of one address in one county have in common.

    Parameters
    ----------
    addresses, county_codes
        Texts; of one length.

    Returns
    -------
    polars.Series
        County and address without region names, blanks and punctuation; null where the county is
        not known or the address has no number, since a village's name tells no two premises apart.

    Examples
    --------
    >>> texts = ["湖北省武汉市江岸区 解放大道12号（3楼）", "江岸区解放大道12号3楼", "刘家湾村"]
    >>> address_keys(pl.Series(texts), pl.Series(["420102"] * 3)).to_list()
    ['420102|解放大道12号3楼', '420102|解放大道12号3楼', None]
    """
    plain = (
        pl.col("address")
        .str.normalize("NFKC")
        .str.to_lowercase()
        .str.replace_all(_NOISE.pattern, "")
    )
    key = pl.col("county") + "|" + plain.str.replace(_REGION, "")
    frame = pl.DataFrame([addresses.alias("address"), county_codes.alias("county")])
    told = frame.select(pl.when(plain.str.contains(r"\d")).then(key).alias("address_key"))
    return told.to_series()
