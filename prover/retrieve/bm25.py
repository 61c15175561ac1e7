"""BM25 tables, by the library bm25s (in the variant of Lucene)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Bm25:
    """How well each of some texts, given as lists of words, fits a few words."""

    def __init__(self, texts: Sequence[Sequence[str]] | None, tables: Any = None) -> None:
        import bm25s  # pyright: ignore[reportMissingTypeStubs]

        if texts is not None:
            tables = bm25s.BM25(method="lucene")
            # It takes no empty collection; a word that nobody asks for does no harm.
            tables.index([list(text) for text in texts] or [[""]], show_progress=False)
        self._tables: Any = tables
        self.size = 0 if texts is not None and not texts else int(tables.scores["num_docs"])

    @classmethod
    def load(cls, folder: Path) -> Bm25:
        """What `save` wrote. Raises `OSError` or `ValueError` where that is not there."""
        import bm25s  # pyright: ignore[reportMissingTypeStubs]

        tables: Any = bm25s.BM25
        return cls(None, tables.load(folder))

    def save(self, folder: Path) -> None:
        """Writes the tables into a new folder."""
        self._tables.save(folder, show_progress=False)

    def scores(self, words: Sequence[str]) -> NDArray[np.float32]:
        """The score of each text; a word given twice counts twice."""
        import numpy as np

        known = [word for word in words if word in self._tables.vocab_dict]
        if not known:
            return np.zeros(self.size, dtype=np.float32)
        return np.asarray(self._tables.get_scores(known)[: self.size], dtype=np.float32)
