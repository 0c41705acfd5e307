"""How the demo's businesses conduct themselves: a hidden riskiness, and planted wrongdoers."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from jobs.demo.catalogue import ASSETS, KINDS, Mix, read_yaml
from jobs.demo.choosing import Floats, Ints
from jobs.demo.province import Province
from queries.vocabulary import Kind

SPEC_FILE = ASSETS / "demo" / "operator_sources.yaml"
FULL_SIZE = 40_000
"""Businesses that the sizes in the file are meant for."""

SMALLEST_PROVINCE = 600
"""Below this many businesses no wrongdoers are planted besides the events' own."""

OWN_SHARE, TOLD_SHARE, WRONGDOER_BUMP = 0.8, 0.6, 1.5
"""Riskiness: what only registers and inspections show, what complaints show, planted; ours."""

MOST_IN_EVENT = 12
"""An event about more businesses than this is nobody's wrongdoing."""

CLOSING_ISSUE = "C04-05"


@dataclass(frozen=True, slots=True)
class Wrongdoer:
    """A business that is planted as a wrongdoer.

    Attributes
    ----------
    since
        Day on which its wrongdoing begins to show.
    planted
        What was put into the source files for it.
    """

    operator: int
    conduct: str
    since: int
    planted: tuple[str, ...]


@dataclass(slots=True)
class Conduct:
    """The hidden side of every business.

    Attributes
    ----------
    own
        Standard normal; drives inspections, samplings, reports, licences and penalties, but not the
        number of complaints.
    riskiness
        Of ``own``, the number of complaints, and planting; the truth that a score should find.
    complaints
        Complaints and tip-offs about each business.
    rows
        Positions of those submissions.
    """

    province: Province
    spec: Mix
    rng: np.random.Generator
    own: Floats
    riskiness: Floats
    complaints: Ints
    rows: Ints
    wrongdoers: list[Wrongdoer] = field(default_factory=list)

    @property
    def first_day(self) -> int:
        """First day of which events are told: a year before the first submission."""
        return self.province.world.first_day - 365

    @property
    def last_day(self) -> int:
        """Last day of which events are told."""
        return self.province.world.last_day

    def of(self, *conducts: str) -> Ints:
        """Return the positions of the wrongdoers of some conducts."""
        found = [each.operator for each in self.wrongdoers if each.conduct in conducts]
        return np.array(found, dtype=np.int64)

    def since(self, operators: Ints) -> Ints:
        """Return the day since which each wrongdoer's conduct shows."""
        day_of = {each.operator: each.since for each in self.wrongdoers}
        return np.array([day_of[int(each)] for each in operators], dtype=np.int64)


PLANTED = {
    "prepaid_closure": ("法定代表人变更", "无参保人员", "住所联系不上", "经营异常名录", "舆情"),
    "event_firm": ("检查不合格", "处罚", "舆情"),
    "repeat_offender": ("多次处罚", "检查不合格", "拒不整改"),
    "changing_hands": ("一年内两次以上法定代表人变更",),
    "expired_licence": ("许可证过期仍经营",),
    "overdue_equipment": ("特种设备超期未检",),
    "substandard": ("抽检不合格", "处罚"),
    "serious_list": ("严重违法失信名单", "大额处罚"),
    "revoked_trading": ("吊销未注销仍被投诉",),
    "bad_company": ("关联失信或吊销企业", "失信被执行人"),
    "no_insured_issuer": ("发卡且无参保人员", "未报年报"),
    "fake_registration": ("一址多照", "实缴为零", "住所联系不上", "经营异常名录"),
}
"""What is put into the source files for each conduct."""


def decide_conduct(province: Province, *, seed: int) -> Conduct:
    """Decide how risky each business is, and who the wrongdoers are."""
    world, rows = province.world, province.rows
    rng = np.random.default_rng([seed, 30])
    count = len(world.operators)
    told = (rows.kind != KINDS.index(Kind.INQUIRY)) & (rows.operator >= 0)
    complaints = np.bincount(rows.operator[told], minlength=count).astype(np.int64)
    own = rng.standard_normal(count)
    loud = np.log1p(complaints)
    spread = loud.std()
    shown = (loud - loud.mean()) / spread if spread > 0 else np.zeros(count)
    conduct = Conduct(
        province=province,
        spec=read_yaml(SPEC_FILE),
        rng=rng,
        own=own,
        riskiness=OWN_SHARE * own + TOLD_SHARE * shown,
        complaints=complaints,
        rows=np.flatnonzero(told),
    )
    _of_events(conduct)
    if count >= SMALLEST_PROVINCE:
        _planted(conduct)
    bad = np.array([each.operator for each in conduct.wrongdoers], dtype=np.int64)
    conduct.riskiness[bad] += WRONGDOER_BUMP
    return conduct


def _add(conduct: Conduct, operators: Sequence[int], name: str, since: Sequence[int]) -> None:
    taken = {each.operator for each in conduct.wrongdoers}
    for operator, day in zip(operators, since, strict=True):
        if int(operator) not in taken:
            conduct.wrongdoers.append(Wrongdoer(int(operator), name, int(day), PLANTED[name]))


def _of_events(conduct: Conduct) -> None:
    """Make wrongdoers of the businesses that planted events are about."""
    rows = conduct.province.rows
    for index, event in enumerate(conduct.province.plot.planted):
        if event.type not in ("surge", "chain_closure", "food_scare", "template_letters"):
            continue
        operators = np.unique(rows.operator[(rows.event == index) & (rows.operator >= 0)])
        if 0 < len(operators) <= MOST_IN_EVENT:
            closing = event.codes.get("issue_subtype") == CLOSING_ISSUE
            name = "prepaid_closure" if closing or event.type == "chain_closure" else "event_firm"
            since = event.last_day + 1 if event.name == "chain-before" else event.first_day
            _add(conduct, operators.tolist(), name, [since] * len(operators))


def _planted(conduct: Conduct) -> None:
    world, rng = conduct.province.world, conduct.rng
    trades = world.catalogue.trades
    trade, last = world.operators.trade, conduct.last_day
    scale = len(world.operators) / FULL_SIZE
    code = np.array([*trades.codes, "platform"])[trade]
    licensed = [each for spec in conduct.spec["licences"].values() for each in spec["trades"]]
    equipped = [each for listed in conduct.spec["equipment"].values() for each in listed]
    prepaid = np.append(trades.prepaid, 0.0)[trade] > 0.3
    pools = {
        "repeat_offender": conduct.complaints >= 3,
        "changing_hands": conduct.complaints >= 3,
        "expired_licence": np.isin(code, licensed),
        "overdue_equipment": np.isin(code, equipped),
        "substandard": np.isin(code, list(conduct.spec["samplings"])),
        "serious_list": conduct.complaints >= 2,
        "revoked_trading": conduct.complaints >= 4,
        "bad_company": ~world.operators.individual,
        "no_insured_issuer": prepaid,
    }
    for name, pool in pools.items():
        wanted = max(2, round(conduct.spec["wrongdoers"][name] * scale))
        chosen = _choose(conduct, pool & (trade >= 0), wanted)
        since = last - rng.integers(60, 600, len(chosen))
        _add(conduct, chosen.tolist(), name, since.tolist())
    for place, size in enumerate(conduct.spec["wrongdoers"]["address_clusters"]):
        firms = (~world.operators.individual) & (trade >= 0)
        seed_firm = _choose(conduct, firms, 1)
        near = firms & (world.operators.county == world.operators.county[seed_firm[:1]].sum())
        chosen = _choose(conduct, near if len(seed_firm) else firms, size)
        day = last - 200 * (place + 1) - int(rng.integers(0, 200))
        _add(conduct, chosen.tolist(), "fake_registration", [day] * len(chosen))


def _choose(conduct: Conduct, pool: np.typing.NDArray[np.bool_], count: int) -> Ints:
    free = pool.copy()
    free[[each.operator for each in conduct.wrongdoers]] = False
    free[conduct.province.world.operators.chain] = False
    candidates = np.flatnonzero(free)
    return np.sort(conduct.rng.choice(candidates, min(count, len(candidates)), replace=False))
