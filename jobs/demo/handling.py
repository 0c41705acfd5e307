"""The course that each submission takes, under the rules in force on the day it was registered."""

import datetime as dt
from dataclasses import dataclass, fields

import numpy as np

from jobs.demo.catalogue import KINDS, Mix
from jobs.demo.choosing import Chooser, Floats, Ints
from jobs.demo.rows import REGISTERS, Flags, Rows
from jobs.demo.workdays import DAY_SECONDS, WorkCalendar, day_number
from jobs.demo.world import World
from queries.vocabulary import Kind

RULE_2026_FROM = day_number(dt.date(2026, 4, 15))
"""First day of 总局令第121号; submissions registered before keep 总局令第20号 to their end."""

FIRST_CHECK_WORKING_DAYS = 7
"""Complaints: 2026 art. 15, 2020 art. 14."""

TIPOFF_WORKING_DAYS = 15
"""Tip-offs, once more after an extension: 市场监督管理行政处罚程序规定."""

MEDIATION_WORKING_DAYS_2020 = 45
"""2020 art. 21(5)."""

MEDIATION_DAYS_2026 = 60
"""2026 art. 23(5); a due day off work moves to the next working day."""

CASE_DAYS, CASE_EXTENSION_DAYS = 90, 30
"""市场监督管理行政处罚程序规定."""

ODR_WORKING_DAYS = 10
"""Rule of the national platform for businesses that settle themselves."""

PUBLISHED_AFTER_WORKING_DAYS = 7
"""Ours; the rules leave the delay open."""

REJECT_REASONS = (
    "不属于市场监管部门职责或本机关无处理权限", "法院、仲裁机构或其他行政机关已受理或处理过同一争议",
    "不是为生活消费需要或不能证明存在消费者权益争议", "超过三年", "未提供规定材料或提供虚假材料",
    "冒用他人名义或拒不配合核验真实身份", "其他",
)  # fmt: skip
"""2026 art. 16; the sixth is new."""

REJECT_WEIGHTS_2020 = (34, 8, 22, 2, 24, 0, 10)
REJECT_WEIGHTS_2026 = (32, 8, 22, 2, 23, 4, 9)

END_REASONS = (
    "撤回投诉或双方自行和解", "无正当理由不参加或明确拒绝调解", "明确表示无法达成协议",
    "鉴定检测费用承担协商不一致", "受理后逾期未达成协议", "受理后发现不应受理情形", "其他",
)  # fmt: skip
"""2026 art. 23."""

AGREEMENT, NO_AGREEMENT, WITHDRAWN, UNREACHABLE, OTHER = range(5)
SETTLED, NOT_SETTLED = 0, 1
NEVER = np.int64(1) << 60


@dataclass(frozen=True, slots=True)
class Course:
    """What happens to each submission in the end; times in seconds, `NEVER` where it does not.

    Attributes
    ----------
    first_due, due
        Deadlines; known as soon as what starts them has happened.
    accepted_flag
        1 accepted, 0 declined, -1 undecided for ever (settled by the business, tip-offs, inquiries).
    mediation, odr
        Position among the results, -1 where there is none.
    case_flag
        1 opened, 0 not, -1 where the question does not come up.
    """

    dispatched: Ints
    odr_ended: Ints
    odr: Ints
    first_due: Ints
    first_checked: Ints
    accepted_flag: Ints
    reject_reason: Ints
    due: Ints
    closed: Ints
    fed_back: Ints
    archived: Ints
    published: Ints
    mediation: Ints
    end_reason: Ints
    transferred: Flags
    case_flag: Ints
    case_yuan: Floats
    fined_yuan: Floats
    confiscated_yuan: Floats
    recovered_yuan: Floats
    satisfaction: Ints
    supervised: Flags
    serial: Flags

    def take(self, index: Ints) -> "Course":
        """Return the courses at these positions."""
        return Course(**{each.name: getattr(self, each.name)[index] for each in fields(self)})


@dataclass(frozen=True, slots=True)
class Lateness:
    """Chance of a late first check and a late closing, per submission."""

    check: Floats
    close: Floats


def draw_courses(world: World, rows: Rows, lateness: Lateness, rng: np.random.Generator) -> Course:
    """Draw what happens to each submission."""
    count, mix = len(rows), world.catalogue.mix["handling"]
    calendar, day = world.calendar, rows.day
    complaint = rows.kind == KINDS.index(Kind.COMPLAINT)
    tipoff = rows.kind == KINDS.index(Kind.TIPOFF)
    is_odr = complaint & (rows.channel == world.catalogue.channels.index("odr"))

    def chance(share: float) -> Flags:
        return np.asarray(rng.random(count) < share)

    odr_steps = np.clip(
        np.round(rng.gamma(2.2, mix["odr_working_days"] / 2.2, count)), 1, ODR_WORKING_DAYS
    )
    odr_day = calendar.after(day, odr_steps.astype(np.int64))
    odr_ended = np.where(is_odr, _at_office(odr_day, rng), NEVER)
    settled = is_odr & chance(mix["odr_settled"])
    base = np.where(is_odr, odr_day, day)
    extended = tipoff & chance(mix["extended"])
    late_check = rng.random(count) < lateness.check
    late_close = rng.random(count) < lateness.close
    allowed = np.where(complaint, FIRST_CHECK_WORKING_DAYS, TIPOFF_WORKING_DAYS * (1 + extended))
    steps = _check_steps(mix, complaint, extended, allowed=allowed, late=late_check, rng=rng)
    checked = _checked_at(calendar, rows, base, steps, is_odr=is_odr, rng=rng)
    decided = (complaint & ~settled) | tipoff
    accepted = complaint & ~settled & chance(mix["accepted"])
    declined = complaint & ~settled & ~accepted
    withdrawn = accepted & chance(mix["withdrawn"])
    opened = tipoff & chance(mix["case_opened"])
    check_day = checked // DAY_SECONDS
    due_day = _due_day(calendar, day, check_day, accepted=accepted, opened=opened, rng=rng)
    closing = _closing_day(
        calendar, mix, check_day, due_day, accepted=accepted, late=late_close, rng=rng
    )
    answered = _answered(calendar, rows, rng)
    closed = np.select(
        [settled, accepted | opened, declined | tipoff],
        [odr_ended, np.maximum(_at_office(closing, rng), checked + 1800), checked],
        answered,
    )
    closed_day = closed // DAY_SECONDS
    fed_back = closed + rng.integers(1_200, 4 * DAY_SECONDS, count)
    mediation = _mediation(mix, accepted, withdrawn, rng)
    agreed = mediation == AGREEMENT
    return Course(
        dispatched=np.minimum(
            np.where(is_odr, odr_ended, rows.registered)
            + rng.exponential(7 * 3600, count).astype(np.int64)
            + 120,
            np.where(decided, checked, closed) - 60,
        ),
        odr_ended=odr_ended,
        odr=np.where(is_odr, np.where(settled, SETTLED, NOT_SETTLED), -1),
        first_due=np.where(decided, _end_of(calendar.after(base, allowed)), NEVER),
        first_checked=np.where(decided, checked, NEVER),
        accepted_flag=np.where(accepted, 1, np.where(declined, 0, -1)),
        reject_reason=np.where(declined, _reasons(day, rng), -1),
        due=np.where(accepted | opened, _end_of(due_day), NEVER),
        closed=closed,
        fed_back=fed_back,
        archived=fed_back + rng.integers(2 * DAY_SECONDS, 25 * DAY_SECONDS, count),
        published=np.where(
            accepted & chance(mix["published"]),
            _at_office(calendar.after(closed_day, PUBLISHED_AFTER_WORKING_DAYS), rng),
            NEVER,
        ),
        mediation=mediation,
        end_reason=np.where(
            accepted & ~agreed & ~withdrawn,
            1 + Chooser.of([34, 38, 2, 8, 6, 12]).draw(0, rng.random(count)),
            np.where(withdrawn, 0, -1),
        ),
        transferred=complaint & accepted & chance(mix["transferred"]),
        case_flag=np.where(tipoff, opened.astype(np.int64), -1),
        case_yuan=np.where(opened, np.round(rng.lognormal(np.log(1_500), 1.6, count), 1), np.nan),
        fined_yuan=np.where(
            opened, np.round(rng.lognormal(np.log(3_000), 1.2, count), -2) + 100, np.nan
        ),
        confiscated_yuan=np.where(
            opened & chance(0.3), np.round(rng.lognormal(np.log(300), 1.3, count), 1), np.nan
        ),
        recovered_yuan=_recovered(rows, mix, agreed | settled, rng),
        satisfaction=np.where(chance(mix["rated"]), _rating(mix, agreed | settled, rng), 0),
        supervised=(complaint | tipoff) & chance(mix["supervised"]),
        serial=_marked(rows, mix, complaint | tipoff, rng),
    )


def _at_office(day: Ints, rng: np.random.Generator) -> Ints:
    return day * DAY_SECONDS + rng.integers(8 * 3600 + 1800, 17 * 3600 + 1200, len(day))


def _end_of(day: Ints) -> Ints:
    return np.asarray((day + 1) * DAY_SECONDS - 1)


def _check_steps(
    mix: Mix,
    complaint: Flags,
    extended: Flags,
    *,
    allowed: Ints,
    late: Flags,
    rng: np.random.Generator,
) -> Ints:
    """Return working days until the first check, within the time allowed unless late."""
    count = len(complaint)
    mean, width = mix["first_check_days"]
    quick = np.clip(np.round(rng.normal(mean, width, count)), 0, FIRST_CHECK_WORKING_DAYS)
    mean, width = mix["tipoff_check_days"]
    slow = np.clip(np.round(rng.normal(mean, width, count)), 1, TIPOFF_WORKING_DAYS)
    longer = rng.integers(TIPOFF_WORKING_DAYS + 1, 2 * TIPOFF_WORKING_DAYS, count, endpoint=True)
    steps = np.where(complaint, quick, np.where(extended, longer, slow)).astype(np.int64)
    return np.where(late, allowed + rng.geometric(0.3, count), steps)


def _checked_at(
    calendar: WorkCalendar,
    rows: Rows,
    base: Ints,
    steps: Ints,
    *,
    is_odr: Flags,
    rng: np.random.Generator,
) -> Ints:
    """Check the same day only where there is office time left in it."""
    second = rows.registered % DAY_SECONDS
    time_left = calendar.is_worked(base) & (second > 8 * 3600) & (second < 15 * 3600) & ~is_odr
    same_day = (steps == 0) & time_left
    later = _at_office(calendar.after(base, np.maximum(steps, 1)), rng)
    return np.where(same_day, rows.registered + rng.integers(1_200, 8_400, len(base)), later)


def _due_day(
    calendar: WorkCalendar,
    day: Ints,
    check_day: Ints,
    *,
    accepted: Flags,
    opened: Flags,
    rng: np.random.Generator,
) -> Ints:
    old = calendar.after(check_day, MEDIATION_WORKING_DAYS_2020)
    new = calendar.on_or_after(check_day + MEDIATION_DAYS_2026)
    extra = np.where(rng.random(len(day)) < 0.12, CASE_EXTENSION_DAYS, 0)
    case = calendar.on_or_after(check_day + CASE_DAYS + extra)
    of_complaint = np.where(day < RULE_2026_FROM, old, new)
    return np.where(opened, case, np.where(accepted, of_complaint, check_day))


def _closing_day(
    calendar: WorkCalendar,
    mix: Mix,
    check_day: Ints,
    due_day: Ints,
    *,
    accepted: Flags,
    late: Flags,
    rng: np.random.Generator,
) -> Ints:
    count = len(check_day)
    shape = mix["closing_days"]["shape"]
    mediated = np.floor(rng.gamma(shape, mix["closing_days"]["mean"] / shape, count))
    mean, width = mix["case_days"]
    investigated = np.clip(rng.normal(mean, width, count), 5, CASE_DAYS + CASE_EXTENSION_DAYS)
    took = np.where(accepted, mediated, investigated).astype(np.int64)
    on_time = np.minimum(
        calendar.on_or_after(check_day + np.minimum(took, MEDIATION_DAYS_2026 * 2)), due_day
    )
    return np.where(late, calendar.after(due_day, rng.geometric(0.12, count)), on_time)


def _answered(calendar: WorkCalendar, rows: Rows, rng: np.random.Generator) -> Ints:
    """Inquiries: four of five are answered at once."""
    at_once = rows.registered + rng.integers(120, 1_500, len(rows))
    later = _at_office(calendar.after(rows.day, np.minimum(rng.geometric(0.45, len(rows)), 7)), rng)
    return np.where(rng.random(len(rows)) < 0.82, at_once, later)


def _reasons(day: Ints, rng: np.random.Generator) -> Ints:
    chooser = Chooser.of([REJECT_WEIGHTS_2020, REJECT_WEIGHTS_2026])
    return chooser.draw((day >= RULE_2026_FROM).astype(np.int64), rng.random(len(day)))


def _mediation(mix: Mix, accepted: Flags, withdrawn: Flags, rng: np.random.Generator) -> Ints:
    rest = 1 - mix["mediated"]
    shares = [mix["mediated"] / (1 - mix["withdrawn"]), 0, 0, rest * 0.1, rest * 0.04]
    shares[NO_AGREEMENT] = 1 - sum(shares)
    drawn = Chooser.of(shares).draw(0, rng.random(len(accepted)))
    return np.where(accepted, np.where(withdrawn, WITHDRAWN, drawn), -1)


def _recovered(rows: Rows, mix: Mix, agreed: Flags, rng: np.random.Generator) -> Floats:
    most, rest = mix["recovered"]
    part = rng.beta(most, rest, len(rows))
    small = np.where(rng.random(len(rows)) < 0.4, rng.lognormal(np.log(90), 1.0, len(rows)), 0.0)
    worth = np.where(rows.amount_known, rows.claimed * part, small)
    return np.where(agreed & (worth > 0), np.round(worth, 1), np.nan)


def _rating(mix: Mix, pleased: Flags, rng: np.random.Generator) -> Ints:
    chooser = Chooser.of([mix["satisfaction"]["other"], mix["satisfaction"]["agreement"]])
    return 1 + chooser.draw(pleased.astype(np.int64), rng.random(len(pleased)))


def _marked(rows: Rows, mix: Mix, claims: Flags, rng: np.random.Generator) -> Flags:
    share = np.where(rows.register == REGISTERS.index("serial"), 0.7, mix["serial_mark"])
    return np.asarray(claims & (rng.random(len(rows)) < share))
