"""Agents: what turns an open file into one with proofs and verdicts."""

import lazy_loader

# Each module is imported when one of its names is asked for; the names stand in the stub beside this file.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
