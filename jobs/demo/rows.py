"""The submissions as numbers: positions in the catalogue, places, businesses and people."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from jobs.demo.choosing import Floats, Ints

Flags = npt.NDArray[np.bool_]

REGISTERS = (
    "note", "consumer", "long", "brief", "formal", "staff", "tip_note", "tip_net", "tip_formal",
    "tip_brief", "ask_note", "ask_net", "serial", "template", "event",
)  # fmt: skip
"""Manners of writing, as the grammar names them."""

BUYS = ("store", "online", "live", "prepaid", "meal", "delivery", "booking", "contract", "service")
"""Ways of buying, as the grammar names them."""

LETTERS = (
    "none", "0", "1", "2", "3", "4", "5", "scare", "chain_before", "chain_closed", "surge",
)  # fmt: skip
"""Which letter a serial, template or event text follows."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Columns of the same length, one entry a submission; -1 stands for none.

    Attributes
    ----------
    kind, channel, product, item, issue, remedy
        Positions in the catalogue.
    registered
        Second of registration since 1970; ``disputed`` that of the purchase.
    county, street, operator
        Positions in the places and the businesses.
    person, phone_of
        Numbers of the person and of the person whose telephone it is.
    respondent_known, product_known
        Whether the submission names them; the text knows them always.
    name_form
        How the business is named, see `jobs.demo.naming`.
    platform
        Position in the list that the kind of purchase has.
    paid, claimed
        Yuan spent and in dispute; ``amount_known`` tells whether the form says so.
    register, buy, letter
        Positions in `REGISTERS`, `BUYS` and `LETTERS`.
    parent
        Row whose text this one repeats; ``linked`` the other half of a split submission.
    event
        Planted event, a position in the list of events.
    word
        New word that the text carries, a position in the list of new words.
    poor
        Entered without the essentials.
    """

    kind: Ints
    channel: Ints
    registered: Ints
    disputed: Ints
    county: Ints
    street: Ints
    product: Ints
    item: Ints
    issue: Ints
    remedy: Ints
    operator: Ints
    person: Ints
    phone_of: Ints
    respondent_known: Flags
    product_known: Flags
    name_form: Ints
    online: Flags
    live: Flags
    prepaid: Flags
    platform: Ints
    quantity: Ints
    paid: Floats
    claimed: Floats
    amount_known: Flags
    register: Ints
    buy: Ints
    letter: Ints
    parent: Ints
    linked: Ints
    event: Ints
    word: Ints
    poor: Flags

    def __len__(self) -> int:
        """Return the number of submissions."""
        return len(self.kind)

    @property
    def day(self) -> Ints:
        """Day of registration, days since 1970."""
        return self.registered // 86_400

    def take(self, index: Ints) -> "Rows":
        """Return the rows at these positions; ``parent`` and ``linked`` stay as they are."""
        return Rows(**{each.name: getattr(self, each.name)[index] for each in fields(self)})

    def with_columns(self, **columns: npt.NDArray[Any]) -> "Rows":
        """Return the rows with some columns replaced."""
        given = {each.name: getattr(self, each.name) for each in fields(self)}
        return Rows(**(given | columns))

    @classmethod
    def concat(cls, parts: list["Rows"]) -> "Rows":
        """Return the rows of all parts, one after another."""
        return cls(
            **{
                each.name: np.concatenate([getattr(part, each.name) for part in parts])
                for each in fields(cls)
            }
        )
