"""What is planted into the demo province, and how it is told in ``truth.json``."""

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from jobs.demo.catalogue import ASSETS, KINDS, Mix, read_yaml
from jobs.demo.choosing import Ints
from jobs.demo.drawing import Draft
from jobs.demo.rows import LETTERS, REGISTERS
from jobs.demo.workdays import EPOCH
from jobs.demo.world import World
from queries.vocabulary import Kind

FULL_SIZE = 300_000
"""Submissions that the sizes in ``events.yaml`` are meant for."""

SHRINK, GROW = 0.6, 0.5
"""Sizes follow the province's to these powers: small provinces keep visible events."""

MOST_SHARE = 0.2
"""Largest part of all submissions that events may take."""

SMALLEST = 4
"""Events smaller than this are left out and said to be."""

COMPLAINT, TIPOFF = KINDS.index(Kind.COMPLAINT), KINDS.index(Kind.TIPOFF)


@dataclass(frozen=True, slots=True)
class Planted:
    """One event; its submissions carry its position in the list of events.

    Attributes
    ----------
    draft
        Submissions of its own; None for events made of ordinary submissions.
    """

    name: str
    type: str
    description: str
    first_day: int
    last_day: int
    codes: dict[str, Any]
    draft: Draft | None = None


@dataclass(slots=True)
class Plot:
    """All events of a province, and those left out with the reason."""

    world: World
    scale: float
    room: int
    rng: np.random.Generator
    spec: Mix
    planted: list[Planted] = field(default_factory=list)
    skipped: list[dict[str, str]] = field(default_factory=list)

    def size(self, full: int) -> int:
        """Return how many submissions an event of this full size gets here."""
        return round(full * self.scale)

    def day(self, ago: int) -> int:
        """Return the day that lies ``ago`` days before the last."""
        return self.world.last_day - ago

    def skip(self, name: str, reason: str) -> None:
        """Say that an event was left out."""
        self.skipped.append({"name": name, "reason": reason})

    def fits(self, name: str, size: int, first_day: int) -> bool:
        """Tell whether an event can take place, and note why not."""
        if size < SMALLEST:
            self.skip(name, f"{size} submissions at this size of province, fewer than {SMALLEST}")
        elif first_day < self.world.first_day:
            self.skip(name, f"would begin on {date_of(first_day)}, before the first day")
        elif size > self.room:
            self.skip(name, f"{size} submissions, room for {self.room}")
        elif len(self.world.operators) == 0:
            self.skip(name, "no businesses")
        else:
            return True
        return False

    def plant(self, event: Planted) -> None:
        """Add an event; its submissions are marked with its position."""
        self.planted.append(event)
        if event.draft is not None:
            mark = np.full(len(event.draft), len(self.planted) - 1, dtype=np.int64)
            event.draft.wishes["event"] = mark
            self.room -= len(event.draft)


def plan_events(world: World, submissions: int, seed: int) -> Plot:
    """Decide on every event that has submissions of its own."""
    share = submissions / FULL_SIZE
    plot = Plot(
        world=world,
        scale=share ** (SHRINK if share < 1 else GROW),
        room=math.floor(submissions * MOST_SHARE),
        rng=np.random.default_rng([seed, 3]),
        spec=read_yaml(ASSETS / "demo" / "events.yaml"),
    )
    planters: tuple[Callable[[Plot], None], ...] = (
        _chain, _scare, _surges, _serial, _letters,
    )  # fmt: skip
    for plant in planters:
        plant(plot)
    return plot


def date_of(day: int) -> str:
    """Return a day number as ISO date."""
    return (EPOCH + dt.timedelta(days=int(day))).isoformat()


def _surges(plot: Plot) -> None:
    for number, spec in enumerate(plot.spec["surges"], start=1):
        name, size, first = f"surge-{number:02}", plot.size(spec["size"]), plot.day(spec["ago"])
        if not plot.fits(name, size, first):
            continue
        world = plot.world
        last = min(first + spec["days"] - 1, world.last_day)
        product = world.catalogue.products.codes.index(spec["product"])
        operator = _business(plot, product, spec["county"]) if spec.get("one") else -1
        wishes = _wishes(plot, size, spec["county"], spec["product"], spec["issue"])
        wishes["operator"] = np.full(size, operator)
        wishes["letter"] = np.full(size, LETTERS.index("surge"))
        wishes["register"] = np.full(size, REGISTERS.index("event"))
        draft = Draft(
            np.full(size, COMPLAINT), _channels(plot, size), _days(plot, size, first, last), wishes
        )
        codes = {
            "county_code": spec["county"],
            "product": spec["product"],
            "issue_subtype": spec["issue"],
        }
        plot.plant(
            Planted(
                name,
                "surge",
                f"{spec['name']}：{_county(world, spec['county'])}",
                first,
                last,
                codes | _firm(world, operator),
                draft,
            )
        )


def _chain(plot: Plot) -> None:
    spec, world = plot.spec["chain"], plot.world
    closing, branches = plot.day(spec["closing_ago"]), world.operators.chain
    for name, size, first, days, letter, issue in (
        ("chain-before", spec["before_size"], closing - spec["before_days"], spec["before_days"],
         "chain_before", "C04-04"),
        ("chain-closed", spec["size"], closing, spec["days"], "chain_closed", "C04-05"),
    ):  # fmt: skip
        scaled = plot.size(size)
        if len(branches) == 0:
            plot.skip(
                name, f"{len(world.operators)} businesses are too few for the chain's branches"
            )
            continue
        if not plot.fits(name, scaled, first):
            continue
        operator = branches[plot.rng.integers(0, len(branches), scaled)]
        wishes = {
            "operator": operator, "county": world.operators.county[operator],
            "product": np.full(scaled, world.catalogue.products.codes.index(spec["product"])),
            "issue": np.full(scaled, world.catalogue.issues.codes.index(issue)),
            "online": np.zeros(scaled, dtype=np.int64),
            "letter": np.full(scaled, LETTERS.index(letter)),
            "register": np.full(scaled, REGISTERS.index("event")),
        }  # fmt: skip
        last = first + days - 1
        rising = letter == "chain_before"
        day = _days(plot, scaled, first, last, rising=rising)
        counties = sorted({world.places.county_codes[c] for c in world.operators.county[branches]})
        plot.plant(Planted(
            name, "chain_closure", "预付式健身连锁" + ("出现闭店征兆" if rising else "集中闭店"), first, last,
            {"county_codes": counties, "product": spec["product"], "issue_subtype": issue,
             "operators": [world.operators.names[0][int(b)] for b in branches],
             "uscc": [world.operators.uscc[int(b)] for b in branches]},
            Draft(np.full(scaled, COMPLAINT), _channels(plot, scaled), day, wishes),
        ))  # fmt: skip


def _scare(plot: Plot) -> None:
    spec, world = plot.spec["scare"], plot.world
    size, first = plot.size(spec["size"]), plot.day(spec["ago"])
    if not plot.fits("food-scare", size, first):
        return
    products, issues = world.catalogue.products, world.catalogue.issues
    product = products.codes.index(spec["product"])
    tipoff = plot.rng.random(size) < 0.3
    county = plot.rng.integers(0, len(spec["counties"]), size)
    sellers = np.array(
        [
            [_business(plot, product, code) for _ in range(spec["operators"])]
            for code in spec["counties"]
        ]
    )
    last = first + spec["days"] - 1
    wishes = {
        "county": np.array([world.places.county(code) for code in spec["counties"]])[county],
        "operator": sellers[county, plot.rng.integers(0, spec["operators"], size)],
        "product": np.full(size, product),
        "item": np.full(size, products.item_names.index(spec["item"])),
        "issue": np.where(
            tipoff, issues.codes.index(spec["tipoff_issue"]), issues.codes.index(spec["issue"])
        ),
        "online": np.zeros(size, dtype=np.int64),
        "letter": np.full(size, LETTERS.index("scare")),
        "register": np.full(size, REGISTERS.index("event")),
    }
    plot.plant(Planted(
        "food-scare", "food_scare", "卤鸭脖致人腹泻，三县相继出现", first, last,
        {"county_codes": spec["counties"], "product": spec["product"],
         "issue_subtypes": [spec["issue"], spec["tipoff_issue"]]},
        Draft(np.where(tipoff, TIPOFF, COMPLAINT), _channels(plot, size), _days(plot, size, first, last), wishes),
    ))  # fmt: skip


def _serial(plot: Plot) -> None:
    spec, world = plot.spec["serial"], plot.world
    first = max(plot.day(spec["ago"]), world.first_day)
    products = ("G101-09", "G103-04", "G180-01", "G114-01", "G101-11", "G117-01")
    issues = {
        COMPLAINT: ("C01-04", "C07-02", "C12-02", "C06-02", "C01-04", "C05-01"),
        TIPOFF: ("R03-03", "R01-02", "R05-02", "R06-01", "R03-03", "R04-01"),
    }
    sizes = np.linspace(spec["smallest"], spec["largest"], spec["persons"])
    for number, full in enumerate(sizes):
        name, size = f"serial-{number + 1:02}", plot.size(int(full))
        if not plot.fits(name, size, world.first_day):
            continue
        letter, person = number % 6, world.people_count + 10 * number
        shared = number < spec["shared_phones"]
        kind = np.where(plot.rng.random(size) < 0.45, TIPOFF, COMPLAINT)
        chosen = np.array(
            [world.catalogue.issues.codes.index(issues[int(k)][letter]) for k in kind]
        )
        wishes = {
            "person": person
            + (plot.rng.integers(0, 3, size) if shared else np.zeros(size, dtype=np.int64)),
            "phone_of": np.full(size, person),
            "product": np.full(size, world.catalogue.products.codes.index(products[letter])),
            "issue": chosen,
            "online": np.full(size, int(letter != 3)),
            "letter": np.full(size, LETTERS.index(str(letter))),
            "register": np.full(size, REGISTERS.index("serial")),
        }
        last = min(first + spec["days"] - 1, world.last_day)
        people = [
            world.people.name(np.array([person + step]))[0] for step in range(3 if shared else 1)
        ]
        plot.plant(Planted(
            name, "serial_claimant", "一人多次、模板化诉求" + ("，多人共用电话" if shared else ""), first, last,
            {"names": people, "phone": world.people.phone(np.array([person]))[0], "product": products[letter]},
            Draft(kind, _channels(plot, size, net=True), _days(plot, size, first, last), wishes),
        ))  # fmt: skip


def _letters(plot: Plot) -> None:
    for number, spec in enumerate(plot.spec["letters"], start=1):
        name, size, first = f"letters-{number:02}", plot.size(spec["size"]), plot.day(spec["ago"])
        if not plot.fits(name, size, first):
            continue
        world = plot.world
        product = world.catalogue.products.codes.index(spec["product"])
        county = world.places.county_codes[int(world.county_chooser.draw(0, plot.rng.random(1))[0])]
        operator = _business(plot, product, county)
        wishes = _wishes(plot, size, county, spec["product"], spec["issue"])
        wishes["operator"] = np.full(size, operator)
        wishes["letter"] = np.full(size, LETTERS.index(str(spec["template"])))
        wishes["register"] = np.full(size, REGISTERS.index("template"))
        last = min(first + spec["days"] - 1, world.last_day)
        codes = {"county_code": county, "product": spec["product"], "issue_subtype": spec["issue"]}
        plot.plant(Planted(
            name, "template_letters", "多人提交几乎相同的诉求", first, last, codes | _firm(world, operator),
            Draft(np.full(size, COMPLAINT), _channels(plot, size, net=True),
                  _days(plot, size, first, last), wishes),
        ))  # fmt: skip


def _wishes(plot: Plot, size: int, county: str, product: str, issue: str) -> dict[str, Ints]:
    catalogue = plot.world.catalogue
    position = catalogue.products.codes.index(product)
    in_person = catalogue.products.is_service[position] or catalogue.products.online[position] < 0.2
    wishes = {
        "county": np.full(size, plot.world.places.county(county)),
        "product": np.full(size, position),
        "issue": np.full(size, catalogue.issues.codes.index(issue)),
    }
    if in_person:
        wishes["online"] = np.zeros(size, dtype=np.int64)
    return wishes


def _business(plot: Plot, product: int, county: str) -> int:
    """Choose a business that sells the product, of the county if it has one; -1 if nobody does."""
    world = plot.world
    trade = world.trade_chooser.draw(np.array([product * 2]), plot.rng.random(1))
    cell = trade * len(world.places.county_codes) + world.places.county(county)
    found = world.within_county.draw(cell, plot.rng.random(1))
    return int(
        found[0] if found[0] >= 0 else world.within_province.draw(trade, plot.rng.random(1))[0]
    )


def _firm(world: World, operator: int) -> dict[str, str]:
    if operator < 0:
        return {}
    return {"operator": world.operators.names[0][operator], "uscc": world.operators.uscc[operator]}


def _county(world: World, code: str) -> str:
    return world.places.county_names[world.places.county(code)]


def _channels(plot: Plot, size: int, *, net: bool = False) -> Ints:
    names = {"wx_mini": 35, "web_pc": 30, "app": 20, "letter": 15} if net else {
        "tel_12345": 42, "wx_mini": 30, "app": 12, "tel_12315": 8, "web_pc": 8,
    }  # fmt: skip
    weights = np.array(list(names.values())) / sum(names.values())
    positions = [plot.world.catalogue.channels.index(name) for name in names]
    return np.array(positions)[plot.rng.choice(len(positions), size, p=weights)]


def _days(plot: Plot, size: int, first: int, last: int, *, rising: bool = False) -> Ints:
    length = last - first + 1
    shape = np.arange(1, length + 1.0) if rising else np.sin(np.linspace(0.35, 2.9, length))
    return first + plot.rng.choice(length, size, p=shape / shape.sum())
