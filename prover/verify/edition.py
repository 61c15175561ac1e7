"""Which edition of the rules judges. What an older one judged, and somebody kept, is judged anew."""

from __future__ import annotations

from prover import __version__

#: The number goes up whenever a submission may get another verdict than before.
EDITION = f"{__version__}, rules 2"
