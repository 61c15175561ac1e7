"""Proof search: the AND-OR graph, frontiers, the one loop, runners of tactics, and scripts from solved graphs."""

import lazy_loader

# Each module is imported when one of its names is asked for; the names stand in the stub beside this file.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
