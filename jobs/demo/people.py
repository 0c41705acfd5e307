"""Invented people: everything about a person follows from a number, so no table is kept.

Phone numbers take prefixes outside the ones in common use, and ID numbers the sequence 000, which is
never issued: patterns recognise both, and neither belongs to anybody.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from jobs.demo.catalogue import Mix
from jobs.demo.choosing import Chooser, Floats, Ints
from jobs.demo.places import Places

PHONE_PREFIXES = ("160", "161", "163", "164", "168", "169")

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"
"""Check character of an ID number, GB 11643-1999."""

_SALTS = ("surname", "given", "second", "style", "gender", "age", "phone", "home", "house", "day")


def scramble(numbers: Ints, salt: int) -> npt.NDArray[np.uint64]:
    """Return well mixed 64-bit numbers, the same for the same input (splitmix64)."""
    offset = np.uint64((salt * 0x9E3779B97F4A7C15) % 2**64)
    mixed = numbers.astype(np.uint64) * np.uint64(0xD1342543DE82EF95) + offset
    mixed ^= mixed >> np.uint64(30)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


@dataclass(frozen=True, slots=True)
class People:
    """Makes what is known of a person from the person's number.

    Parameters
    ----------
    seed
        Other seeds give other people.
    """

    seed: int
    surnames: pl.Series
    surname_chooser: Chooser
    female: pl.Series
    male: pl.Series
    age_bands: pl.Series
    age_chooser: Chooser
    gender_shares: tuple[float, float]
    estates: pl.Series
    county_names: pl.Series
    county_codes: pl.Series
    county_chooser: Chooser

    @classmethod
    def of(cls, names: Mix, mix: Mix, places: Places, seed: int) -> "People":
        """Make the people of a province."""
        singles = list(names["surnames"])
        doubles = names["double_surnames"].split()
        ranks = 1.0 / (np.arange(len(singles)) + 6.0)
        weights = np.concatenate([ranks, np.full(len(doubles), ranks.min() / 8)])
        return cls(
            seed=seed,
            surnames=pl.Series(singles + doubles),
            surname_chooser=Chooser.of(weights),
            female=pl.Series(names["given_female"].split()),
            male=pl.Series(names["given_male"].split()),
            age_bands=pl.Series(list(mix["age_bands"])),
            age_chooser=Chooser.of(list(mix["age_bands"].values())),
            gender_shares=(mix["genders"]["female"], mix["genders"]["male"]),
            estates=pl.Series(names["estates"].split()),
            county_names=places.full_names(),
            county_codes=pl.Series(places.county_codes),
            county_chooser=Chooser.of(places.weight),
        )

    def _uniform(self, person: Ints, what: str) -> Floats:
        salt = self.seed * len(_SALTS) + _SALTS.index(what) + 1
        return (scramble(person, salt) >> np.uint64(11)).astype(np.float64) / 2.0**53

    def _pick(self, person: Ints, what: str, options: int) -> npt.NDArray[np.uint32]:
        return (self._uniform(person, what) * options).astype(np.uint32)

    def surname(self, person: Ints) -> pl.Series:
        """Return family names."""
        chosen = self.surname_chooser.draw(0, self._uniform(person, "surname"))
        return self.surnames.gather(chosen.astype(np.uint32))

    def name(self, person: Ints) -> pl.Series:
        """Return full names of two to four characters."""
        woman = self._uniform(person, "gender") < self.gender_shares[0]
        parts = []
        for what in ("given", "second"):
            of_women = self.female.gather(self._pick(person, what, len(self.female)))
            of_men = self.male.gather(self._pick(person, what, len(self.male)))
            parts.append(of_women.zip_with(pl.Series(woman), of_men))
        short = pl.Series(self._uniform(person, "style") < 0.22)
        parts[1] = pl.select(
            pl.when(pl.lit(short)).then(pl.lit("")).otherwise(pl.lit(parts[1]))
        ).to_series()
        return self.surname(person) + parts[0] + parts[1]

    def gender(self, person: Ints) -> Ints:
        """Return 0 for women, 1 for men, 2 where it is not known."""
        uniform = self._uniform(person, "gender")
        women, men = self.gender_shares
        return np.where(uniform < women, 0, np.where(uniform < women + men, 1, 2))

    def age_band(self, person: Ints) -> pl.Series:
        """Return age bands as platforms name them."""
        chosen = self.age_chooser.draw(0, self._uniform(person, "age"))
        return self.age_bands.gather(chosen.astype(np.uint32))

    def phone(self, person: Ints) -> pl.Series:
        """Return mobile numbers of eleven digits."""
        mixed = scramble(person, self.seed * len(_SALTS) + _SALTS.index("phone") + 1)
        prefix = np.array([int(each) for each in PHONE_PREFIXES], dtype=np.int64)
        chosen = prefix[(mixed % np.uint64(len(prefix))).astype(np.int64)]
        rest = ((mixed >> np.uint64(8)) % np.uint64(100_000_000)).astype(np.int64)
        return pl.Series(chosen * 100_000_000 + rest).cast(pl.String)

    def home(self, person: Ints) -> Ints:
        """Return the position of the county that each person lives in."""
        return self.county_chooser.draw(0, self._uniform(person, "home"))

    def address(self, person: Ints) -> pl.Series:
        """Return postal addresses."""
        house = scramble(person, self.seed * len(_SALTS) + _SALTS.index("house") + 1)
        block = pl.Series((house % np.uint64(38) + np.uint64(1)).astype(np.int64)).cast(pl.String)
        room = (house >> np.uint64(8)) % np.uint64(30) * np.uint64(100) + np.uint64(101)
        estate = self.estates.gather((house >> np.uint64(24)).astype(np.int64) % len(self.estates))
        return (
            self.county_names.gather(self.home(person).astype(np.uint32))
            + estate
            + block
            + "栋"
            + pl.Series(room.astype(np.int64)).cast(pl.String)
            + "室"
        )

    def id_number(self, person: Ints) -> pl.Series:
        """Return ID numbers of eighteen characters with a valid check character."""
        county = self.county_codes.cast(pl.Int64).to_numpy()[self.home(person)]
        born = scramble(person, self.seed * len(_SALTS) + _SALTS.index("day") + 1)
        year = 1948 + (born % np.uint64(58)).astype(np.int64)
        month = 1 + ((born >> np.uint64(8)) % np.uint64(12)).astype(np.int64)
        day = 1 + ((born >> np.uint64(16)) % np.uint64(28)).astype(np.int64)
        body = ((county * 10_000 + year) * 100 + month) * 100 + day
        digits = body * 1_000
        total = np.zeros(len(person), dtype=np.int64)
        rest = digits.copy()
        for weight in reversed(ID_WEIGHTS):
            total += rest % 10 * weight
            rest //= 10
        checks = pl.Series(list(ID_CHECKS)).gather((total % 11).astype(np.uint32))
        return pl.Series(digits).cast(pl.String) + checks
