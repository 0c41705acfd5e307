"""What is on record of each submission at a moment: a frame in the warehouse's codes."""

import datetime as dt

import numpy as np
import polars as pl

from jobs.demo.catalogue import KINDS
from jobs.demo.choosing import Floats, Ints
from jobs.demo.handling import END_REASONS, NEVER, REJECT_REASONS, RULE_2026_FROM, Course
from jobs.demo.naming import OFFICIAL
from jobs.demo.narratives import OUTCOMES, Texts, platform_names
from jobs.demo.rows import Flags, Rows
from jobs.demo.workdays import DAY_SECONDS
from jobs.demo.world import World
from queries.vocabulary import (
    Acceptance,
    Gender,
    Kind,
    MediationResult,
    OdrResult,
    SaleMode,
    Status,
)  # fmt: skip

STATUSES = tuple(Status)
MEDIATION_RESULTS = (
    MediationResult.AGREEMENT, MediationResult.NO_AGREEMENT, MediationResult.WITHDRAWN,
    MediationResult.UNREACHABLE, MediationResult.OTHER,
)  # fmt: skip
INFORMATION_SOURCES = ("消费者", "消费者", "消费者", "社会公众", "企业", "其他部门")
KEYWORD_TAGS = (
    "节日消费",
    "校园周边",
    "老年消费",
    "预付式消费",
    "网络舆情",
    "政策监管",
    "民生商品",
    "直播带货",
)
ID_DIGITS_BETWEEN = "0000000"
"""Seen in 登记编号 of the national platform: region, seven zeros, day, serial number."""

USCC_KNOWN = 0.6
"""Share of submissions under the registered name that give its code; ours."""


def submission_ids(world: World, rows: Rows) -> pl.Series:
    """Return 25-digit ids: region, zeros, day and serial number within region and day.

    Rows must be in order of registration and hold whole days.
    """
    counties = len(world.places.county_codes)
    cell = rows.day * counties + rows.county
    order = np.argsort(cell, kind="stable")
    starts = np.searchsorted(cell[order], cell[order])
    serial = np.empty(len(rows), dtype=np.int64)
    serial[order] = np.arange(len(rows)) - starts + 1
    if len(serial) and serial.max() > 9_999:
        msg = f"{serial.max()} submissions in one county and day; the ids have four digits, 9999"
        raise ValueError(msg)
    county = pl.Series(world.places.county_codes).gather(_u(rows.county))
    days = pl.Series(rows.day.astype("datetime64[D]")).dt.strftime("%Y%m%d")
    return county + ID_DIGITS_BETWEEN + days + pl.Series(serial).cast(pl.String).str.zfill(4)


def outcomes(rows: Rows, course: Course) -> Ints:
    """Return what the handling unit reports in the end, a position in `OUTCOMES`."""
    at = {name: index for index, name in enumerate(OUTCOMES)}
    agreed = course.mediation == MEDIATION_RESULTS.index(MediationResult.AGREEMENT)
    ends = (
        (course.mediation == MEDIATION_RESULTS.index(MediationResult.WITHDRAWN), at["withdrawn"]),
        (agreed | (course.odr == 0), at["agreement"]),
        (course.mediation >= 0, at["no_agreement"]),
        (course.reject_reason >= 0, at["declined_0"] + np.maximum(course.reject_reason, 0)),
        (course.case_flag == 1, at["case_opened"]),
        (course.case_flag == 0, at["case_declined"]),
        (rows.kind == KINDS.index(Kind.INQUIRY), at["answered"]),
    )
    return np.select(
        [condition for condition, _ in ends], [end for _, end in ends], at["other"]
    ).astype(np.int64)


def entry_frame(
    world: World, rows: Rows, texts: Texts, ids: pl.Series, rng: np.random.Generator
) -> pl.DataFrame:
    """Return what was entered at registration, in the warehouse's codes.

    Column names are those of the warehouse's ``submissions`` and, with ``person_``, ``persons``.
    Regions are given by ``county_code`` and ``street_code``.
    """
    catalogue, places, firms, people = world.catalogue, world.places, world.operators, world.people
    count, product = len(rows), rows.product_known
    firm = np.maximum(rows.operator, 0)
    named = rows.respondent_known
    kind_of_business = np.where(rows.name_form == OFFICIAL, USCC_KNOWN, 0.15)
    coded = named & (rng.random(count) < kind_of_business)
    services = catalogue.products.is_service[rows.product]
    person = rows.person
    anonymous = (rows.kind == KINDS.index(Kind.TIPOFF)) & (rng.random(count) < 0.12)
    anonymous |= rows.poor & (rng.random(count) < 0.6)
    given_id = ~anonymous & (rng.random(count) < 0.18)
    given_address = ~anonymous & (rng.random(count) < 0.45)
    genders = pl.Series([Gender.FEMALE.value, Gender.MALE.value, None], dtype=pl.String)
    remedies = pl.Series([",".join(each) for each in catalogue.issues.remedies])
    inquiry = rows.kind == KINDS.index(Kind.INQUIRY)
    tags = pl.Series(list(KEYWORD_TAGS)).gather(rng.integers(0, len(KEYWORD_TAGS), count))
    linked = ids.gather(_u(np.maximum(rows.linked, 0)))
    return pl.DataFrame(
        {
            "submission_id": ids,
            "kind": _choose(KINDS, rows.kind),
            "linked_id": _where(linked, rows.linked >= 0),
            "registered_at": _times(rows.registered),
            "channel": _choose(catalogue.channels, rows.channel),
            "information_source": _choose(
                INFORMATION_SOURCES, rng.integers(0, len(INFORMATION_SOURCES), count)
            ),
            "person_name": _where(people.name(person), ~anonymous),
            "complainant_gender": _where(genders.gather(_u(people.gender(person))), ~anonymous),
            "complainant_age_band": _where(
                people.age_band(person), ~anonymous & (rng.random(count) < 0.6)
            ),
            "person_phone": _where(people.phone(rows.phone_of), ~anonymous),
            "person_id_number": _where(people.id_number(person), given_id),
            "person_address": _where(people.address(person), given_address),
            "respondent_name": _where(_names(world, rows, firm), named),
            "uscc": _where(firms.uscc.gather(_u(firm)), coded),
            "operator_type": _where(firms.kinds.gather(_u(firm)), coded),
            "industry": _where(firms.industry.gather(_u(firm)), named & (rng.random(count) < 0.9)),
            "respondent_address": _where(
                firms.address.gather(_u(firm)), named & ~rows.poor & (rng.random(count) < 0.85)
            ),
            "county_code": _choose(places.county_codes, rows.county),
            "street_code": _where(
                _choose(places.street_codes, np.maximum(rows.street, 0)), rng.random(count) < 0.9
            ),
            "incident_place": _where(
                _places(world, rows), ~rows.online & named & ~rows.poor & (rng.random(count) < 0.7)
            ),
            "product": _where(_choose(catalogue.products.codes, rows.product), product),
            "product_name": _where(_choose(catalogue.products.item_names, rows.item), product),
            "brand": _where(
                _brand(world, rows), product & ~services & ~inquiry & (rng.random(count) < 0.5)
            ),
            "quantity": _where(
                pl.Series(rows.quantity.astype(np.float64)),
                product & ~inquiry & (rng.random(count) < 0.7),
            ),
            "consumed_yuan": _where(pl.Series(rows.paid), rows.amount_known),
            "disputed_yuan": _where(pl.Series(rows.claimed), rows.amount_known & ~inquiry),
            "sale_mode": _where(_sale_modes(rows, rng), product & ~inquiry),
            "is_online": _where(pl.Series(rows.online), ~inquiry),
            "online_platform": _where(platform_names(world).gather(_u(rows.platform)), rows.online),
            "is_livestream": _where(pl.Series(rows.live), ~inquiry),
            "is_prepaid": _where(pl.Series(rows.prepaid), ~inquiry),
            "issue_type": _choose(catalogue.issues.types, rows.issue),
            "issue_subtype": _choose(catalogue.issues.codes, rows.issue),
            "requested_remedies": _where(remedies.gather(_u(rows.remedy)), ~inquiry),
            "title": texts.title,
            "narrative": texts.narrative,
            "tags": _where(tags, ~inquiry & (rng.random(count) < 0.08)),
            "disputed_at": _where(
                _times(rows.disputed), ~inquiry & ~rows.poor & (rng.random(count) < 0.85)
            ),
            "handling_unit": (places.full_names() + "市场监督管理局").gather(_u(rows.county)),
            "handling_section": _sections(world).gather(_u(np.maximum(rows.street, 0))),
        }
    )


def handling_frame(rows: Rows, course: Course, feedback: pl.Series, moment: int) -> pl.DataFrame:
    """Return what was known of the handling at ``moment`` (seconds since 1970), in codes."""
    inquiry = rows.kind == KINDS.index(Kind.INQUIRY)
    complaint = rows.kind == KINDS.index(Kind.COMPLAINT)
    checked, closed = course.first_checked <= moment, course.closed <= moment
    dispatched = course.dispatched <= moment
    decided = checked & (course.accepted_flag >= 0)
    accepted = checked & (course.accepted_flag == 1)
    opened = checked & (course.case_flag == 1)
    is_odr = course.odr >= 0
    published = course.published <= moment
    acceptance = np.where(accepted, 1, np.where(decided, 2, 0))
    due_at = np.where(checked, course.due, NEVER)
    due_at = np.where((course.case_flag >= 0) & ~opened, course.first_due, due_at)
    return pl.DataFrame(
        {
            "dispatched_at": _seen(course.dispatched, moment),
            "first_check_due_at": _where(
                _times(course.first_due), (course.first_due < NEVER) & dispatched
            ),
            "first_checked_at": _seen(course.first_checked, moment),
            "acceptance": _where(
                _choose((Acceptance.PENDING, Acceptance.ACCEPTED, Acceptance.DECLINED), acceptance),
                complaint & (course.first_checked < NEVER),
            ),
            "reject_reason": _where(
                _choose(REJECT_REASONS, np.maximum(course.reject_reason, 0)),
                checked & (course.reject_reason >= 0),
            ),
            "accepted_at": _where(_times(course.first_checked), accepted),
            "due_at": _where(_times(due_at), due_at < NEVER),
            "closed_at": _seen(course.closed, moment),
            "status": _choose(STATUSES, status_at(rows, course, moment)),
            "mediation_result": _where(
                _choose(MEDIATION_RESULTS, np.maximum(course.mediation, 0)),
                closed & (course.mediation >= 0),
            ),
            "mediation_end_reason": _where(
                _choose(END_REASONS, np.maximum(course.end_reason, 0)),
                closed & (course.end_reason >= 0),
            ),
            "is_transferred_to_case": _where(pl.Series(course.transferred), closed & accepted),
            "is_case_opened": _where(
                pl.Series(course.case_flag == 1), checked & (course.case_flag >= 0)
            ),
            "case_opened_at": _where(_times(course.first_checked), opened),
            "case_value_yuan": _amount(course.case_yuan, closed),
            "fined_yuan": _amount(course.fined_yuan, closed),
            "confiscated_yuan": _amount(course.confiscated_yuan, closed),
            "recovered_yuan": _amount(course.recovered_yuan, closed),
            "feedback": _where(feedback, closed),
            "satisfaction": _where(
                pl.Series(course.satisfaction.astype(np.int16)),
                (course.fed_back <= moment) & (course.satisfaction > 0),
            ),
            "is_published": _where(pl.Series(published), accepted & closed),
            "published_at": _seen(course.published, moment),
            "is_odr": _where(pl.Series(is_odr), complaint),
            "odr_result": _where(
                _choose(
                    (OdrResult.SETTLED, OdrResult.NOT_SETTLED, OdrResult.PENDING),
                    np.where(course.odr_ended <= moment, np.maximum(course.odr, 0), 2),
                ),
                is_odr,
            ),
            "is_supervised": _where(pl.Series(course.supervised), ~inquiry),
            "is_serial_claimant": _where(pl.Series(course.serial), ~inquiry),
            "updated_at": _times(last_change(rows, course, moment)),
        }
    )


def last_change(rows: Rows, course: Course, moment: int) -> Ints:
    """Return the second of the last thing that happened by ``moment``."""
    latest = rows.registered.copy()
    for times in (course.dispatched, course.odr_ended, course.first_checked, course.closed, course.fed_back,
                  course.archived, course.published):  # fmt: skip
        latest = np.maximum(latest, np.where(times <= moment, times, 0))
    return latest


def status_at(rows: Rows, course: Course, moment: int) -> Ints:
    """Return the status at ``moment``, a position in `STATUSES`."""
    inquiry = rows.kind == KINDS.index(Kind.INQUIRY)
    complaint = rows.kind == KINDS.index(Kind.COMPLAINT)
    checked, closed = course.first_checked <= moment, course.closed <= moment
    withdrawn = course.mediation == MEDIATION_RESULTS.index(MediationResult.WITHDRAWN)
    in_check = ~complaint & (course.dispatched + DAY_SECONDS <= moment)
    steps = (
        (closed & withdrawn, Status.WITHDRAWN),
        (closed & (course.accepted_flag == 0), Status.DECLINED),
        (closed & (course.archived <= moment), Status.ARCHIVED),
        (closed & (course.fed_back <= moment) & ~inquiry, Status.FED_BACK),
        (closed, Status.CLOSED),
        (checked & (course.case_flag == 1), Status.CASE_OPENED),
        (checked & (course.first_checked + DAY_SECONDS <= moment), Status.MEDIATING),
        (checked, Status.ACCEPTED),
        ((course.odr >= 0) & (course.odr_ended > moment), Status.ODR_PENDING),
        (in_check & ~inquiry, Status.CHECKING),
        ((course.dispatched + DAY_SECONDS // 4 <= moment), Status.AWAITING_CHECK),
        (course.dispatched <= moment, Status.DISPATCHED),
    )
    return np.select(
        [condition for condition, _ in steps],
        [STATUSES.index(status) for _, status in steps],
        STATUSES.index(Status.REGISTERED),
    ).astype(np.int64)


def _names(world: World, rows: Rows, firm: Ints) -> pl.Series:
    stacked = pl.concat(world.operators.names)
    return stacked.gather(_u(rows.name_form * len(world.operators) + firm))


def _brand(world: World, rows: Rows) -> pl.Series:
    names = world.catalogue.names
    first, second = (pl.Series(names[part].split()) for part in ("brand_first", "brand_second"))
    number = np.maximum(rows.operator, 0) * 31 + rows.item * 7
    return first.gather(_u(number % len(first))) + second.gather(_u(number // 7 % len(second)))


def _places(world: World, rows: Rows) -> pl.Series:
    places = world.places
    return places.full_names().gather(_u(rows.county)) + pl.Series(places.street_names).gather(
        _u(np.maximum(rows.street, 0))
    )


def _sections(world: World) -> pl.Series:
    streets = pl.Series(world.places.street_names)
    return streets.str.replace("(街道|镇|乡)$", "") + "市场监督管理所"


def _sale_modes(rows: Rows, rng: np.random.Generator) -> pl.Series:
    modes = (SaleMode.STORE, SaleMode.ONLINE, SaleMode.DOOR_TO_DOOR, SaleMode.PHONE, SaleMode.OTHER)
    offline = np.searchsorted([0.94, 0.96, 0.98], rng.random(len(rows)), side="right")
    return _choose(modes, np.where(rows.online, 1, np.where(offline == 0, 0, offline + 1)))


def rule_set(day: Ints) -> Flags:
    """Tell which submissions fall under the rules of 2026."""
    return np.asarray(day >= RULE_2026_FROM)


def _u(index: Ints) -> pl.Series:
    return pl.Series(index.astype(np.uint32))


def _choose(options: tuple[str, ...], index: Ints) -> pl.Series:
    return pl.Series([str(option) for option in options], dtype=pl.String).gather(_u(index))


def _where(values: pl.Series, keep: Flags) -> pl.Series:
    return values.set(pl.Series(~keep), None)


def _times(seconds: Ints) -> pl.Series:
    bounded = np.where(seconds < NEVER, seconds, 0)
    return pl.Series(bounded * 1_000_000).cast(pl.Datetime("us"))


def _seen(seconds: Ints, moment: int) -> pl.Series:
    return _where(_times(seconds), seconds <= moment)


def _amount(values: Floats, keep: Flags) -> pl.Series:
    return _where(pl.Series(values), keep & ~np.isnan(values))


def moment_after(day: dt.date) -> int:
    """Return the last second of ``day``, at which sources are exported."""
    return (
        int(dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp()) + DAY_SECONDS - 1
    )
