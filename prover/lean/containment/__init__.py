"""Containment: what the operating system keeps a Lean process from, whatever the engine does.

Code in a submission runs in Lean processes. `Containment.wrap` puts a launcher before an engine's command: it takes
limits, a Landlock ruleset and a seccomp filter upon itself and then becomes Lean. What this covers and what not, by
engine and by system, is in docs/containment.md; in short:

- Linux with Landlock and seccomp: files outside the engine's folders cannot be read, nor written outside scratch (their
  names and sizes can be seen); no sockets; no other programs unless the engine needs them, and none that outlive the
  process group; no signals to, and no look into, other processes (below ABI 6 not even its own children's).
- Linux with bubblewrap instead of Landlock: the same, and other processes and files are not even there.
- Elsewhere (macOS, old kernels, containers that refuse): limits on file size and processor time only. The embedded
  engine still has its own walls (Node's permissions, a WebAssembly host); a native Lean then has none.

Not covered anywhere: how much is computed within the limits, what all files in scratch take together (the embedded
engine limits it), side channels, and defects of the kernel.
"""

from prover.lean.containment.mechanisms import Mechanisms, mechanisms
from prover.lean.containment.policy import Containment

__all__ = ["Containment", "Mechanisms", "mechanisms"]
