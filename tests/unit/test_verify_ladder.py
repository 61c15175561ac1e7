"""The ladder over workers that are played: whose failure is whose, what is retried, who may judge."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from prover.core import errors
from prover.core import verdict as verdicts
from prover.core.errors import UserError
from prover.core.message import Message, Severity
from prover.core.position import Position, Span
from prover.core.verdict import Verdict
from prover.lean.elaboration import Command, Declaration, Elaboration
from prover.lean.header import HeaderInfo, Import
from prover.lean.pool import Pool
from prover.lean.replay import Replay
from prover.verify import Audit, Ladder, Limits, Policy, Record
from prover.verify.name import Name
from prover.verify.record import Grounds

REFERENCE = "theorem goal : A := sorry"
PROOF = "theorem goal : A := a"

# Names: 1 goal, 2 A, 3 sorryAx, 4 a, 5 Bool, 6 true. Expressions: 0 A, 1 a, 2-5 `sorryAx A true`.
NAMES: list[list[Any]] = [[0, "goal"], [0, "A"], [0, "sorryAx"], [0, "a"], [0, "Bool"], [5, "true"]]
EXPRS: list[list[Any]] = [["c", 2, []], ["c", 4, []], ["c", 3, [0]], ["a", 2, 0], ["c", 6, []], ["a", 3, 4]]
IMPORTED = [
    {"name": 2, "kind": "def", "module": "Init"},
    {"name": 3, "kind": "axiom", "module": "Init"},
    {"name": 4, "kind": "theorem", "module": "Init"},
    {"name": 6, "kind": "constructor", "module": "Init"},
]


def export(value: int, type_: int = 0, kind: str = "theorem") -> dict[str, Any]:
    constant = {"kind": kind, "name": 1, "params": [], "type": type_, "value": value, "all": [1]}
    return {"names": NAMES, "levels": [], "exprs": EXPRS, "constants": [constant], "imported": IMPORTED}


HOLE, DONE = export(5), export(1)
INIT_ONLY = HeaderInfo((Import("Init"),), 0, False, ())


def elaboration(
    text: str, *, failed: bool = False, stopped: bool = False, kind: str = "declaration", words: str = "words"
) -> Elaboration:
    span = Span(0, len(text.encode()))
    messages = (Message(Severity.ERROR, words),) if failed else (Message(Severity.WARNING, words),)
    declared = (Declaration("goal", "theorem", Position(1, 0), Position(1, len(text)), (), False, False),)
    command = Command(f"Lean.Parser.Command.{kind}", span, failed, ())
    return Elaboration(7, messages, (command,), (), declared, stopped, 0.01)


@dataclass
class Script:
    """What the played workers do. Callables are called; exceptions raised."""

    exports: Mapping[str, Any] = field(default_factory=lambda: {REFERENCE: HOLE, PROOF: DONE})
    elaborate: Callable[[str], Elaboration] = elaboration
    header: HeaderInfo = INIT_ONLY
    headers: Mapping[str, HeaderInfo] = field(default_factory=dict[str, HeaderInfo])
    #: Answers of the kernel in turn; the last one is repeated. None: it accepts.
    kernel: Sequence[Replay | Exception | None] = (None,)
    starts: Sequence[Exception | None] = (None,)


class PlayedUsage:
    """Uses a second of CPU and 100 MiB whenever somebody looks."""

    cpu_seconds = peak_mb = 0.0

    def look(self) -> float:
        self.cpu_seconds += 1.0
        self.peak_mb = 100.0
        return 100.0


class PlayedWorker:
    def __init__(self, pool: PlayedPool, number: int) -> None:
        self.pool, self.number = pool, number
        self.env, self.clean, self.poisoned = 1, True, False
        self.text = ""
        self.leases = 1
        self.process = SimpleNamespace(usage=PlayedUsage())

    def discard(self) -> None:
        self.poisoned = True

    async def elaborate(self, env: int, text: str, **_: Any) -> Elaboration:
        self.pool.elaborated.append((self.number, text))
        self.text = text
        return self.pool.script.elaborate(text)

    async def export(self, env: int, **_: Any) -> dict[str, Any]:
        answer = self.pool.script.exports[self.text]
        if isinstance(answer, Exception):
            raise answer
        return copy.deepcopy(answer)

    async def release(self, states: Sequence[int] = (), envs: Sequence[int] = ()) -> tuple[int, int]:
        return 0, 0

    async def replay(
        self, env: int, tables: Mapping[str, Any], declarations: Sequence[Mapping[str, Any]], **_: Any
    ) -> Replay:
        self.pool.replayed.append(self.number)
        script = self.pool.script.kernel
        answer = script[min(len(self.pool.replayed), len(script)) - 1]
        if isinstance(answer, Exception):
            raise answer
        if answer is not None:
            return answer
        constants = [
            {
                "kind": d["kind"],
                "name": d["name"],
                "params": d["params"],
                "type": d["type"],
                "value": d["value"],
                "all": [d["name"]],
            }
            for d in declarations
        ]
        return Replay(True, None, "", {**tables, "constants": constants, "imported": IMPORTED}, 0.01)


class Engine:
    name, description, lean_version = "embedded", "a played one", "4.28.0"


class PlayedPool:
    """Gives out workers as the real pool does, and remembers who did what."""

    def __init__(self, script: Script) -> None:
        self.script, self.engine = script, Engine()
        self.idle: list[PlayedWorker] = []
        self.started = 0
        self.elaborated: list[tuple[int, str]] = []
        self.replayed: list[int] = []

    async def read_header(self, text: str) -> HeaderInfo:
        return self.script.headers.get(text, self.script.header)

    @asynccontextmanager
    async def lease(self, modules: Sequence[str] = (), *, clean: bool = False) -> AsyncIterator[PlayedWorker]:
        worker = next((w for w in self.idle if w.clean or not clean), None)
        if worker is None:
            self.started += 1
            failure = self.script.starts[min(self.started, len(self.script.starts)) - 1]
            if failure is not None:
                raise failure
            worker = PlayedWorker(self, self.started)
        else:
            self.idle.remove(worker)
        yield worker
        if not worker.poisoned:
            self.idle.append(worker)


def play(script: Script) -> tuple[Ladder, PlayedPool]:
    pool = PlayedPool(script)
    return Ladder(cast(Pool, pool)), pool


async def verdict(script: Script, submission: str = PROOF, **options: Any) -> Verdict:
    ladder, _ = play(script)
    return (await ladder.check(submission, reference=REFERENCE, targets=["goal"], **options))["goal"]


async def test_a_proof_is_proved_and_reported() -> None:
    found = await verdict(Script())
    assert found == verdicts.Proved((), report=found.report)
    assert found.report["rungs"] == ("elaborated", "replayed", "compared")
    assert {"engine", "lean", "seconds", "limits", "containment", "uncovered", "axioms"} <= set(found.report)
    assert found.report["containment"]["files"] and found.report["containment"]["network"]  # the embedded engine's own
    # Three leases: the reference's, the submission's, the kernel's.
    assert found.report["resources"] == {"cpu_seconds": 3.0, "peak_mb": 100.0, "fresh_processes": 3}


async def test_the_judge_has_never_elaborated_a_submission() -> None:
    ladder, pool = play(Script())
    for _ in range(3):
        await ladder.check(PROOF, reference=REFERENCE)
    assert not {number for number, text in pool.elaborated if text == PROOF} & set(pool.replayed)
    assert [text for _, text in pool.elaborated].count(REFERENCE) == 1


async def test_a_process_that_may_have_run_code_is_not_used_again() -> None:
    ladder, pool = play(
        Script(
            exports={REFERENCE: HOLE, "#eval 1": DONE},
            elaborate=lambda text: elaboration(text, kind="eval" if "#" in text else "declaration"),
        )
    )
    for _ in range(2):
        await ladder.check("#eval 1", reference=REFERENCE)
    runs = [number for number, text in pool.elaborated if text == "#eval 1"]
    assert len(set(runs)) == 2


@pytest.mark.parametrize("words", ["error", "no errors, no sorries", ""])
async def test_no_verdict_rests_on_wording(words: str) -> None:
    fine = Script(elaborate=lambda text: elaboration(text, words=words))
    assert isinstance(await verdict(fine), verdicts.Proved)
    failing = Script(elaborate=lambda text: elaboration(text, failed=text == PROOF, words=words))
    assert isinstance(await verdict(failing), verdicts.ElaborationError)


async def test_errors_of_the_reference_are_not_the_submissions() -> None:
    both = Script(elaborate=lambda text: elaboration(text, failed=True), exports={REFERENCE: HOLE, PROOF: DONE})
    assert isinstance(await verdict(both), verdicts.ElaborationError)
    same = Script(elaborate=lambda text: elaboration(text, failed=True))
    assert isinstance(await verdict(same, REFERENCE), verdicts.Incomplete)


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (errors.CallTimeout("slow"), verdicts.TimedOut),
        (errors.OutOfMemory("big"), verdicts.OutOfMemory),
        (errors.Crashed("gone", status=0), verdicts.WorkerLost),
        (errors.ProtocolError("noise"), verdicts.WorkerLost),
    ],
)
async def test_what_happens_while_a_submission_is_elaborated_is_its_verdict(failure: Exception, expected: type) -> None:
    def run(text: str) -> Elaboration:
        if text == PROOF:
            raise failure
        return elaboration(text)

    assert isinstance(await verdict(Script(elaborate=run)), expected)
    assert isinstance(await verdict(Script(exports={REFERENCE: HOLE, PROOF: failure})), expected)


@pytest.mark.parametrize("failure", [errors.Crashed("gone"), errors.OutOfMemory("big"), errors.ProtocolError("noise")])
async def test_a_failing_judge_is_tried_twice_and_never_the_submissions_fault(failure: Exception) -> None:
    assert isinstance(await verdict(Script(kernel=(failure, None))), verdicts.Proved)
    twice = await verdict(Script(kernel=(failure, failure)))
    assert isinstance(twice, verdicts.Infrastructure)


async def test_a_process_that_does_not_start_is_infrastructure() -> None:
    failure = errors.StartTimeout("slow")
    assert isinstance(await verdict(Script(starts=(failure, None))), verdicts.Proved)
    assert isinstance(await verdict(Script(starts=(failure,))), verdicts.Infrastructure)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("interrupted", verdicts.TimedOut("kernel")),
        ("heartbeats", verdicts.TimedOut("heartbeats")),
        ("memory", verdicts.OutOfMemory()),
        ("type_mismatch", verdicts.KernelRefused("goal", "type_mismatch")),
    ],
)
async def test_what_the_kernel_says(code: str, expected: Verdict) -> None:
    found = await verdict(Script(kernel=(Replay(False, 0, code, None, 0.1),)))
    assert type(found) is type(expected)
    assert [getattr(found, n) for n in ("limit", "name", "reason") if hasattr(found, n)] == [
        getattr(expected, n) for n in ("limit", "name", "reason") if hasattr(expected, n)
    ]


async def test_a_judge_that_hangs_proves_nothing() -> None:
    found = await verdict(Script(kernel=(errors.CallTimeout("slow"),)))
    assert found.code == "timed_out"


async def test_limits_end_a_check() -> None:
    stopped = Script(elaborate=lambda text: elaboration(text, stopped=text == PROOF))
    assert (await verdict(stopped)).code == "timed_out"
    assert (await verdict(Script(), limits=Limits(seconds=0))).code == "timed_out"


@pytest.mark.parametrize(
    "claimed",
    [{}, {**DONE, "exprs": [["m", 0], *EXPRS[1:]]}, {**DONE, "constants": [*DONE["constants"], *DONE["constants"]]}],
)
async def test_a_malformed_export_is_refused(claimed: dict[str, Any]) -> None:
    found = await verdict(Script(exports={REFERENCE: HOLE, PROOF: claimed}))
    assert isinstance(found, verdicts.KernelRefused) and found.reason == "malformed_export"


async def test_lies_about_imports_are_not_believed() -> None:
    """The submission's process says that `sorryAx` is a theorem; the judge's export says what it is."""
    lie = copy.deepcopy(HOLE)
    lie["imported"] = [{**item, "kind": "theorem"} for item in lie["imported"]]
    assert isinstance(await verdict(Script(exports={REFERENCE: HOLE, PROOF: lie})), verdicts.Incomplete)


async def test_the_kernels_account_counts_not_the_claim() -> None:
    """The kernel's own export holds another statement than the one claimed."""
    other = Replay(True, None, "", export(1, type_=1), 0.1)
    assert isinstance(await verdict(Script(kernel=(other,))), verdicts.Mismatch)


async def test_headers_must_agree() -> None:
    more = HeaderInfo((Import("Init"), Import("Lean")), 12, False, ())
    none = HeaderInfo((), 0, False, ())
    broken = HeaderInfo((Import("Init"),), 0, False, (Message(Severity.ERROR, "x"),))
    module = HeaderInfo((Import("Init"),), 0, True, ())
    for header, code in ((more, "mismatch"), (none, "mismatch"), (broken, "elaboration_error"), (module, "mismatch")):
        assert (await verdict(Script(headers={PROOF: header}))).code == code
    assert (await verdict(Script(header=none))).code == "bad_target"
    ladder, _ = play(Script(header=none))
    assert {v.code for v in (await ladder.check(PROOF)).values()} == {"forbidden"}


async def test_without_a_reference_nothing_is_proved() -> None:
    ladder, _ = play(Script())
    found = await ladder.check(PROOF)
    assert {name: v.code for name, v in found.items()} == {"goal": "consistent"}
    assert (await ladder.check(REFERENCE))["goal"].code == "incomplete"


async def test_unaudited_modules_are_named() -> None:
    foreign = {**DONE, "imported": [{**item, "module": "Local.Lemmas"} for item in IMPORTED]}
    script = Script(kernel=(Replay(True, None, "", foreign, 0.1),))
    found = await verdict(script)
    assert isinstance(found, verdicts.Unaudited) and found.modules == ("Local.Lemmas",)
    ladder = Ladder(cast(Pool, PlayedPool(script)), trusted_modules=["Local"])
    assert (await ladder.check(PROOF, reference=REFERENCE))["goal"].code == "proved"


async def test_the_policy_for_model_output() -> None:
    script = Script(elaborate=lambda text: elaboration(text, kind="elab" if text == PROOF else "declaration"))
    assert (await verdict(script)).code == "proved"
    found = await verdict(script, policy=Policy.PROOF)
    assert isinstance(found, verdicts.Forbidden) and found.construct == "elab"


async def test_bad_input_raises_or_says_why() -> None:
    ladder, _ = play(Script())
    with pytest.raises(UserError):
        await ladder.check("\ud800", reference=REFERENCE)
    with pytest.raises(UserError):
        await ladder.check(PROOF, reference=REFERENCE, filled=["goal"])
    missing = await ladder.check(PROOF, reference=REFERENCE, targets=["other"])
    assert missing["other"].code == "bad_target"


async def test_line_ends_and_byte_order_marks_do_not_matter() -> None:
    ladder, _ = play(Script(exports={REFERENCE + "\n": HOLE, PROOF + "\n": DONE}))
    found = await ladder.check("\ufeff" + PROOF + "\r\n", reference=REFERENCE + "\r\n")
    assert found["goal"].code == "proved"


async def test_remembered_references_are_bounded() -> None:
    texts = [REFERENCE + "\n" * n for n in range(4)]
    pool = PlayedPool(Script(exports={**dict.fromkeys(texts, HOLE), PROOF: DONE}))
    ladder = Ladder(cast(Pool, pool), remembered=2)
    for text in [*texts, texts[0]]:
        await ladder.check(PROOF, reference=text)
    assert sum(text != PROOF for _, text in pool.elaborated) == 5


async def test_two_first_checks_at_once_elaborate_their_reference_once() -> None:
    ladder, pool = play(Script())
    both = await asyncio.gather(*(ladder.check(PROOF, reference=REFERENCE) for _ in range(2)))
    assert [found["goal"].code for found in both] == ["proved", "proved"]
    assert [text for _, text in pool.elaborated].count(REFERENCE) == 1


async def test_a_failed_reference_is_tried_by_the_next_check() -> None:
    ladder, pool = play(Script(exports={REFERENCE: errors.Crashed("gone"), PROOF: DONE}))
    first, second = await asyncio.gather(*(ladder.check(PROOF, reference=REFERENCE) for _ in range(2)))
    assert first["*"].code == second["*"].code == "infrastructure"
    assert [text for _, text in pool.elaborated].count(REFERENCE) == 4


async def verdict_on(module: str, audit: Audit, **options: Any) -> Verdict:
    allowed = options.pop("allowed_axioms", ())
    # The proof of the goal is the constant `a` of `module`.
    imported = [{**row, "module": module} if row["name"] == 4 else row for row in IMPORTED]
    kernel = (Replay(True, None, "", {**DONE, "imported": imported}, 0.1),)
    ladder = Ladder(cast(Pool, PlayedPool(Script(kernel=kernel))), audit=audit, **options)
    return (await ladder.check(PROOF, reference=REFERENCE, allowed_axioms=allowed))["goal"]


def recorded(grounds: Grounds | None) -> Audit:
    constants: dict[Name, Grounds] = {} if grounds is None else {("a",): grounds}
    return Audit({"Local": Record("Local", "s", "o", {}, "", "", 1, constants)})


async def test_verdicts_go_by_the_record() -> None:
    assert (await verdict_on("Local", Audit())).code == "unaudited"
    found = await verdict_on("Local", recorded(Grounds()))
    assert found.code == "proved" and found.report["audited"]["Local"]["olean"] == "o"
    found = await verdict_on("Local", recorded(Grounds(holes=(("gap",),))))
    assert isinstance(found, verdicts.Incomplete) and found.through == ("goal", "a", "gap")
    far = recorded(Grounds(axioms=(("far",), ("propext",))))
    found = await verdict_on("Local", far)
    assert isinstance(found, verdicts.ForbiddenAxiom)
    assert found.names == ("far",) and found.through == ("goal", "a")
    found = await verdict_on("Local", far, allowed_axioms=["far"])
    assert isinstance(found, verdicts.Proved) and found.axioms == ("far", "propext")
    # A constant that the record does not tell of is as good as an axiom.
    assert (await verdict_on("Local", recorded(None))).code == "forbidden_axiom"


async def test_a_refused_import_spoils_every_verdict() -> None:
    audit = Audit(refused={"Tactics": "it runs code"})
    found = await verdict_on("Init", audit)
    assert isinstance(found, verdicts.Unaudited) and found.modules == ("Tactics",)
    assert found.report["unaudited"] == {"Tactics": "it runs code"}
    assert (await verdict_on("Init", audit, trusted_modules=["Tactics"])).code == "proved"
