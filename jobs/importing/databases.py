"""Addresses of databases: checked before anything is opened, never shown with a password."""

import sqlalchemy as sa

SERVER_FORM = "postgresql+psycopg://USER:PASSWORD@HOST/DATABASE"


class DatabaseAddressError(ValueError):
    """An address names no database, or one that this installation has no driver for.

    Attributes
    ----------
    place
        The setting or source that holds the address.
    problem
        What is wrong and the way out; never the address itself, which may hold a password.
    """

    def __init__(self, place: str, problem: str) -> None:
        self.place = place
        self.problem = problem
        super().__init__(f"{place}: {problem}")


def parsed_address(address: str, *, place: str, forms: str) -> sa.URL:
    """Read the address of a database, whatever its kind.

    Raises
    ------
    DatabaseAddressError
        If it is no address; the arguments are those of `database_address`.

    Examples
    --------
    >>> parsed_address("duckdb:///a", place="WAREHOUSE_URL", forms="duckdb:///FOLDER").database
    'a'
    """
    try:
        return sa.make_url(address)
    except (sa.exc.ArgumentError, ValueError):
        raise DatabaseAddressError(place, f"is no database address; write {forms}") from None


def database_address(address: str, *, place: str, forms: str) -> sa.URL:
    """Read the address of a database and make sure that its driver is installed.

    Nothing is connected to.

    Parameters
    ----------
    place
        The setting or source that holds the address, for the error.
    forms
        What may be written instead, for the error.

    Raises
    ------
    DatabaseAddressError
        If it is no address, names an unknown kind of database, or the driver is missing.

    Examples
    --------
    >>> database_address("sqlite:///a.db", place="WORKFLOW_URL", forms="sqlite:///FILE").database
    'a.db'
    >>> database_address("foo", place="WAREHOUSE_URL", forms="duckdb:///FOLDER")
    Traceback (most recent call last):
    jobs.importing.databases.DatabaseAddressError: WAREHOUSE_URL: is no database address; write duckdb:///FOLDER
    """
    url = parsed_address(address, place=place, forms=forms)
    kind = url.drivername
    try:
        url.get_dialect().import_dbapi()
    except sa.exc.NoSuchModuleError as error:
        raise DatabaseAddressError(
            place, f"{kind!r} is no known kind of database; write {forms}"
        ) from error
    except ImportError as error:
        raise DatabaseAddressError(
            place,
            f"the Python package {error.name!r}, the driver for {kind}, is not installed; "
            f"install it, or write {forms}",
        ) from error
    return url
