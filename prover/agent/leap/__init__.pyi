from .decomposition import Decomposition as Decomposition
from .decomposition import Sketch as Sketch
from .graph import LemmaGraph as LemmaGraph
from .graph import Refusal as Refusal
from .lemma import Lemma as Lemma
from .lemma import Proof as Proof
from .lemma import Standing as Standing
from .lemma import Statement as Statement
