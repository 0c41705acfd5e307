"""Words that stand in the same texts, and the network around one of them."""

from dataclasses import dataclass

import networkx as nx
import numpy as np
import pandas as pd
from scipy import sparse
from scipy.special import rel_entr

from analytics.segmentation import WordIndex

MAX_NODES = 40
"""Most words in a network: more cannot be read."""

MIN_TEXTS = 3
"""Texts that must hold both words of a pair."""

MIN_G2 = 10.83
"""Log-likelihood ratio of a pair; chi-squared with one degree of freedom at 0.001."""

EDGES_PER_NODE = 3
"""Edges drawn among the neighbours, per node, the strongest first."""

_EDGE_COLUMNS = ["word", "other", "texts", "word_texts", "other_texts", "pmi", "g2"]


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Words around one word.

    Attributes
    ----------
    nodes
        Index ``word``, the word in the middle first, then by falling ``g2``, ties by word: ``texts``
        that hold it; ``together``: texts that hold it and the middle; ``pmi`` and ``g2`` with the
        middle, NaN for the middle itself; ``x``, ``y``: place in the drawing, -1 to 1; ``community``:
        0, 1, ... by falling size, the middle without one (-1).
    edges
        One row per pair, strongest first: ``word``, ``other``, ``texts`` that hold both,
        ``word_texts``, ``other_texts``, ``pmi`` in nats, ``g2``.
    graph
        The same as a networkx graph; nodes carry ``texts``, edges ``texts``, ``pmi``, ``g2``.
    text_count
        Texts that were looked at.
    """

    nodes: pd.DataFrame
    edges: pd.DataFrame
    graph: nx.Graph
    text_count: int


def network_around(
    index: WordIndex,
    word: str,
    *,
    text_count: int,
    max_nodes: int = MAX_NODES,
    min_texts: int = MIN_TEXTS,
    min_g2: float = MIN_G2,
    seed: int = 0,
) -> Network:
    """Find the words that stand in the same texts as a word more often than chance would have it.

    Parameters
    ----------
    index
        Which words each text holds, from `analytics.segmentation.index_words`.
    word
        The word in the middle.
    text_count
        How many texts were indexed, those without words included.
    max_nodes
        Most words, the middle included.
    min_texts
        Fewest texts with both words of a pair.
    min_g2
        Smallest log-likelihood ratio of a pair.
    seed
        For the drawing and the communities.

    Returns
    -------
    Network
        Only the middle, without edges, if nothing stands out around it.

    Raises
    ------
    KeyError
        If no text holds the word.
    ValueError
        If ``text_count`` is below the number of texts in the index, or ``max_nodes`` below 2.

    Notes
    -----
    A pair's strength is the log-likelihood ratio G2 of its four-fold table (Dunning 1993), its
    direction pointwise mutual information; pairs rarer together than by chance are left out. All
    edges of the middle are kept, among the others the strongest `EDGES_PER_NODE` per node. Communities
    are those of Louvain (Blondel and others 2008), the places those of Kamada and Kawai (1989), which do
    not depend on chance.

    Examples
    --------
    >>> from analytics.segmentation import index_words
    >>> texts = ["健身房 跑路"] * 8 + ["外卖 异物"] * 8
    >>> index = index_words(texts, lexicon=["跑路"])
    >>> found = network_around(index, "跑路", text_count=16)
    >>> found.edges[["word", "other", "texts"]].values.tolist()
    [['跑路', '健身房', 8]]
    """
    _check(index, text_count, max_nodes)
    number = {known: place for place, known in enumerate(index.words)}.get(word)
    if number is None:
        raise KeyError(f"no text holds {word!r}")
    texts_of = np.bincount(index.word_numbers, minlength=len(index.words))
    around = index.text_numbers[index.word_numbers == number]
    together = np.bincount(
        index.word_numbers[np.isin(index.text_numbers, around)], minlength=len(index.words)
    )
    others = np.flatnonzero(together >= min_texts)
    others = others[others != number]
    pmi, g2 = _strength(together[others], texts_of[number], texts_of[others], text_count)
    strong = (pmi > 0) & (g2 >= min_g2)
    names = [index.words[place] for place in others[strong].tolist()]
    order = sorted(range(len(names)), key=lambda place: (-g2[strong][place], names[place]))
    chosen = others[strong][order[: max_nodes - 1]]
    members = np.append(number, chosen).astype(np.int64)
    edges = _edges(index, members, texts_of, text_count, min_texts=min_texts, min_g2=min_g2)
    words = [index.words[place] for place in members.tolist()]
    nodes = pd.DataFrame(
        {"texts": texts_of[members], "together": together[members]},
        index=pd.Index(words, name="word", dtype=object),
    )
    middle = edges[edges["word"] == word].set_index("other")
    nodes["pmi"] = middle["pmi"].reindex(nodes.index)
    nodes["g2"] = middle["g2"].reindex(nodes.index)
    graph = _graph(nodes, edges)
    places = _places(graph, word)
    nodes["x"] = [places[name][0] for name in words]
    nodes["y"] = [places[name][1] for name in words]
    communities = _communities(graph, word, seed=seed)
    nodes["community"] = [communities[name] for name in words]
    return Network(nodes=nodes, edges=edges, graph=graph, text_count=text_count)


def _check(index: WordIndex, text_count: int, max_nodes: int) -> None:
    needed = int(index.text_numbers.max(initial=-1)) + 1
    if text_count < needed:
        raise ValueError(f"text_count {text_count} is below the {needed} texts of the index")
    if max_nodes < 2:
        raise ValueError(f"max_nodes must be at least 2, got {max_nodes}")


def _strength(
    together: np.ndarray, first: np.ndarray | int, second: np.ndarray, size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return pointwise mutual information and log-likelihood ratio of pairs."""
    both = np.asarray(together, dtype=np.float64)
    one, two = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    with np.errstate(divide="ignore"):
        pmi = np.log(both * size / (one * two))
    g2 = (
        rel_entr(both, one * two / size)
        + rel_entr(one - both, one * (size - two) / size)
        + rel_entr(two - both, (size - one) * two / size)
        + rel_entr(size - one - two + both, (size - one) * (size - two) / size)
    )
    return pmi, 2 * np.maximum(g2, 0.0)


def _edges(
    index: WordIndex,
    members: np.ndarray,
    texts_of: np.ndarray,
    text_count: int,
    *,
    min_texts: int,
    min_g2: float,
) -> pd.DataFrame:
    """Return the pairs of members: all with the first, the strongest of the rest."""
    place = np.full(len(index.words), -1, dtype=np.int64)
    place[members] = np.arange(len(members))
    wanted = place[index.word_numbers] >= 0
    columns = place[index.word_numbers[wanted]]
    held = sparse.csr_matrix(
        (np.ones(len(columns), dtype=np.int64), (index.text_numbers[wanted], columns)),
        shape=(text_count, len(members)),
    )
    counts = (held.T @ held).toarray()
    first, second = np.triu_indices(len(members), k=1)
    both = counts[first, second]
    pmi, g2 = _strength(both, texts_of[members][first], texts_of[members][second], text_count)
    words = np.array([index.words[number] for number in members.tolist()], dtype=object)
    found = pd.DataFrame(
        {
            "word": words[first], "other": words[second], "texts": both,
            "word_texts": texts_of[members][first], "other_texts": texts_of[members][second],
            "pmi": pmi, "g2": g2, "middle": first == 0,
        }
    )  # fmt: skip
    found = found[(found["texts"] >= min_texts) & (found["pmi"] > 0) & (found["g2"] >= min_g2)]
    found = found.sort_values(
        ["middle", "g2", "word", "other"], ascending=[False, False, True, True]
    )
    kept = found.head(int(found["middle"].sum()) + EDGES_PER_NODE * len(members))
    kept = kept.sort_values(["g2", "word", "other"], ascending=[False, True, True])
    return kept[_EDGE_COLUMNS].reset_index(drop=True)


def _graph(nodes: pd.DataFrame, edges: pd.DataFrame) -> nx.Graph:
    graph = nx.Graph()
    for name, texts in nodes["texts"].items():
        graph.add_node(name, texts=int(texts))
    for one, two, texts, pmi, g2 in zip(
        *(edges[name].to_list() for name in ("word", "other", "texts", "pmi", "g2")), strict=True
    ):
        graph.add_edge(one, two, texts=texts, pmi=pmi, g2=g2)
    return graph


def _places(graph: nx.Graph, word: str) -> dict[str, tuple[float, float]]:
    """Place the words so that strongly tied ones stand close, the middle at the centre."""
    if graph.number_of_nodes() == 1:
        return {word: (0.0, 0.0)}
    lengths = nx.Graph()
    lengths.add_nodes_from(graph)
    for one, two, data in graph.edges(data=True):
        lengths.add_edge(one, two, length=1.0 / np.log1p(data["g2"]))
    found = nx.kamada_kawai_layout(lengths, weight="length")
    centre = found[word]
    reach = max(float(np.abs(place - centre).max()) for place in found.values()) or 1.0
    return {
        name: (
            round(float((place - centre)[0] / reach), 6),
            round(float((place - centre)[1] / reach), 6),
        )
        for name, place in found.items()
    }


def _communities(graph: nx.Graph, word: str, *, seed: int) -> dict[str, int]:
    """Return the number of each word's group; the middle has none."""
    rest = nx.Graph()
    rest.add_nodes_from(sorted(name for name in graph if name != word))
    rest.add_edges_from(
        (one, two, data) for one, two, data in graph.edges(data=True) if word not in {one, two}
    )
    groups = nx.community.louvain_communities(rest, weight="g2", seed=seed) if len(rest) else []
    ordered = sorted((sorted(group) for group in groups), key=lambda group: (-len(group), group))
    numbers = {name: number for number, group in enumerate(ordered) for name in group}
    return {**numbers, word: -1}
