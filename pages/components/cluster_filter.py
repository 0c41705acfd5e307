"""A filter by cluster, as every page shows it: what it is called, and whether it still exists."""

from pages.components import findings_data
from pages.components.findings_data import ClusterNames
from queries.scope import Scope
from queries.selection import InvalidSelectionError, Selection

DIMENSION = "cluster"

TITLE_WORDS = 4
"""Label words that stand for a cluster without a name; ours."""


class GoneClusterError(InvalidSelectionError):
    """An address names a cluster that is no more."""

    def __init__(self, key: str) -> None:
        super().__init__(DIMENSION, key, "choose a cluster of the latest run")


def _named(selection: Selection) -> tuple[str, ...]:
    kept, excluded = (selection.members(DIMENSION, exclude=each) for each in (False, True))
    return (*kept, *excluded)


def without_gone(
    selection: Selection, scope: Scope
) -> tuple[Selection, tuple[GoneClusterError, ...]]:
    """Return the selection without clusters that are no more, and a fault for each of them.

    Where clusters are not known at all nothing is left out: reads tell that they are not.
    """
    keys = _named(selection)
    if not keys or not findings_data.clusters_are_known():
        return selection, ()
    there = _known(keys, scope).names
    for exclude in (False, True):
        members = selection.members(DIMENSION, exclude=exclude)
        kept = [each for each in members if each in there]
        selection = selection.with_filter(DIMENSION, kept, exclude=exclude)
    return selection, tuple(GoneClusterError(each) for each in keys if each not in there)


def names(selection: Selection, scope: Scope) -> dict[str, str]:
    """Return what the clusters that a selection names are called, by key; none without such a filter."""
    keys = _named(selection)
    if not keys or not findings_data.clusters_are_known():
        return {}
    return titles(_known(keys, scope))


def covered(selection: Selection, scope: Scope) -> ClusterNames | None:
    """Return what is known of the clusters that a selection keeps, None without such a filter."""
    keys = selection.members(DIMENSION)
    if not keys or not findings_data.clusters_are_known():
        return None
    return _known(keys, scope)


def _known(keys: tuple[str, ...], scope: Scope) -> ClusterNames:
    return findings_data.cluster_names(scope, keys=keys)


def titles(found: ClusterNames) -> dict[str, str]:
    """Return what stands for each cluster: its name, else its first label words, in quotes.

    Examples
    --------
    >>> titles(ClusterNames({"c1": "退费难", "c2": ""}, {"c2": ("健身", "停业")}, None))
    {'c1': '“退费难”', 'c2': '“健身、停业”'}
    """
    return {key: f"“{title(name, found.words.get(key, ()))}”" for key, name in found.names.items()}


def title(name: str, words: tuple[str, ...]) -> str:
    """Return what stands for a cluster: its name, else its first label words.

    Examples
    --------
    >>> title("", ("健身", "退费")), title("", ())
    ('健身、退费', '（无标签词）')
    """
    return name or "、".join(words[:TITLE_WORDS]) or "（无标签词）"
