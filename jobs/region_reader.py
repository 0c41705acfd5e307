"""Read one text for the region that it names."""

from enum import StrEnum

from jobs.gazetteer import Gazetteer, Reach, Region

_SEPARATORS = frozenset(" \t\r\n-–—>→~/\\|,、;:.·•_()[]{}【】《》<>\"'“”‘’")
_ROAD_WORDS = (
    *("路", "街", "道", "巷", "弄", "大道", "大街", "一路", "二路", "三路", "四路", "五路"),
    *("东路", "南路", "西路", "北路", "中路", "东街", "南街", "西街", "北街", "正街"),
)
_NAME_GOES_ON = frozenset(
    "路街道巷弄桥站里村镇乡庄大广公湖山江河港门口洲岛园学医院中高小酒宾饭火汽客货机商市"
    "东西南北一二三四五六七八九十局厅分派检法油峡平鱼拉新老"
)

_Step = tuple[Region, int]


class Unresolved(StrEnum):
    """Why a value names no region."""

    EMPTY = "empty"
    UNKNOWN_CODE = "unknown_code"
    NO_REGION = "no_region"
    AMBIGUOUS = "ambiguous"
    CONFLICTING = "conflicting"


class RegionReader:
    """Walks through a text from the left, from one region name to the next inside it.

    At each place the longest known spelling is tried first. A name must lie inside what has been
    read so far; names that merely repeat it are passed over; a city or province elsewhere right
    behind it is a contradiction.
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def read(self, text: str, hint: Region | None) -> Region | Unresolved:
        """Return the finest region that ``text`` names; ``hint`` settles shared names."""
        place_lengths = self._gazetteer.place_lengths
        street_lengths = self._gazetteer.street_lengths
        current: Region | None = None
        unresolved = Unresolved.NO_REGION
        position = named_to = 0
        while position < len(text) - 1:
            start = text[position : position + 2]
            if start not in place_lengths and start not in street_lengths:
                position += 1
                continue
            adjacent = position == named_to or text[position - 1] in _SEPARATORS
            step = self._step(text, position, current, hint, adjacent=adjacent)
            if step is Unresolved.CONFLICTING:
                return step
            if isinstance(step, Unresolved):
                unresolved = step
            if not isinstance(step, tuple):
                position += 1
                continue
            current, position = step
            named_to = position
            if current.depth and not current.has_counties:
                return self._walk_streets(text, position, current)
        return current or unresolved

    def _walk_streets(self, text: str, named_to: int, county: Region) -> Region:
        if county.depth == 3:
            return county
        starts = self._gazetteer.street_forms(county)
        for position in range(named_to, len(text) - 1):
            if text[position : position + 2] in starts:
                adjacent = position == named_to or text[position - 1] in _SEPARATORS
                step = self._street_inside(text, position, county, adjacent=adjacent)
                if step:
                    return step[0]
        return county

    def _step(
        self, text: str, at: int, current: Region | None, hint: Region | None, *, adjacent: bool
    ) -> _Step | Unresolved | None:
        start = text[at : at + 2]
        for length in self._gazetteer.place_lengths.get(start, ()):
            places = self._gazetteer.places.get(text[at : at + length])
            if places is None or len(text) < at + length:
                continue
            end = at + length
            found: Region | Unresolved | None = None
            if places.ranked:
                found = _choose_ranked(
                    places.ranked, text[at : end + 1], length, current, hint, adjacent=adjacent
                )
            if found is None and places.bare and adjacent:
                found = self._choose_bare(places.bare, text, end, current, hint)
            if found:
                return (found, end) if isinstance(found, Region) else found
        if adjacent and start in self._gazetteer.street_lengths:
            return self._street_anywhere(text, at, current, hint)
        return None

    def _choose_bare(
        self, pool: list[Region], text: str, end: int, current: Region | None, hint: Region | None
    ) -> Region | Unresolved | None:
        alone = _stands_alone(text, end)
        near = _inside(pool, current or hint)
        if current:
            if any(region.code in current.lineage for region in pool):
                return current
            found = _topmost(near) if near else None
            if not isinstance(found, Region):
                return None
            careful = found.depth == 2
        else:
            found = _topmost(near or pool)
            if isinstance(found, Unresolved):
                return found if alone else None
            if found.depth == 2 and not alone:
                return found if self._street_inside(text, end, found, adjacent=True) else None
            careful = found.depth == 1 and not near
        if alone:
            return found
        goes_on = text[end] in _NAME_GOES_ON if careful else text.startswith(_ROAD_WORDS, end)
        return None if goes_on else found

    def _street_inside(self, text: str, at: int, county: Region, *, adjacent: bool) -> _Step | None:
        for form in self._gazetteer.street_forms(county).get(text[at : at + 2], ()):
            if not text.startswith(form.form, at) or form.region is None:
                continue
            end = at + len(form.form)
            if _reaches(form.reach, adjacent=adjacent, alone=_stands_alone(text, end)):
                return form.region, end
        return None

    def _street_anywhere(
        self, text: str, at: int, current: Region | None, hint: Region | None
    ) -> _Step | Unresolved | None:
        for length in self._gazetteer.street_lengths[text[at : at + 2]]:
            pool = self._gazetteer.streets_named.get(text[at : at + length])
            if not pool:
                continue
            near = _inside(pool, current or hint)
            if not near and not current:
                near = pool
            if len(near) == 1:
                return near[0], at + length
            if near and not current:
                return Unresolved.AMBIGUOUS
        return None


def _choose_ranked(
    pool: list[Region],
    text: str,
    length: int,
    current: Region | None,
    hint: Region | None,
    *,
    adjacent: bool,
) -> Region | Unresolved | None:
    if text.endswith("市场") or (length < 3 and not adjacent):
        return None
    near = _inside(pool, current or hint)
    if current is None:
        return _topmost(near or pool) if near or adjacent or pool[0].depth < 2 else None
    below = [region for region in near if region is not current]
    if below:
        found = _topmost(below)
        return found if isinstance(found, Region) else None
    if adjacent and any(region.code in current.lineage for region in pool):
        return current
    conflicting = adjacent and length > 2 and pool[0].depth < 2
    return Unresolved.CONFLICTING if conflicting else None


def _reaches(reach: Reach, *, adjacent: bool, alone: bool) -> bool:
    if reach is Reach.ANYWHERE:
        return True
    return adjacent and (alone or reach is Reach.ADJACENT)


def _inside(pool: list[Region], outer: Region | None) -> list[Region]:
    if outer is None:
        return []
    return [each for each in pool if outer.code in each.lineage or each.code in outer.lineage]


def _topmost(pool: list[Region]) -> Region | Unresolved:
    if len(pool) == 1:
        return pool[0]
    best = min(pool, key=_depth)
    if best.depth and any(best.code not in region.lineage for region in pool):
        return Unresolved.AMBIGUOUS
    return best


def _depth(region: Region) -> int:
    return region.depth


def _stands_alone(text: str, end: int) -> bool:
    return end == len(text) or text[end] in _SEPARATORS
