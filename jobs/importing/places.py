"""The shipped regions and business districts, read once."""

from functools import cache

from jobs.business_districts import BusinessDistrictIndex
from jobs.regions import RegionIndex


@cache
def region_index() -> RegionIndex:
    """Return the shipped regions."""
    return RegionIndex.from_folder()


@cache
def district_index() -> BusinessDistrictIndex:
    """Return the shipped business districts."""
    return BusinessDistrictIndex.from_folder()
