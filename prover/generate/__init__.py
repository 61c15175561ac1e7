"""Tactic generators: who proposes what to try; and recipes, by which language models are asked."""

import lazy_loader

# Each module is imported when one of its names is asked for; the names stand in the stub beside this file.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
