"""`prove replay RUN`: a recorded run shown again, without Lean and without a model."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from prover.agent.hunt import INSTANCES_TRIED
from prover.cli.terminal import output, safe
from prover.events import Event, Opaque, RunFolder, to_line
from prover.events.result import RUN, result_of
from prover.search import LeanCall, SearchOutcome, SearchStarted

_EVIDENCE = ("stopped", "what", "construct", "limit", "error", "reason", "detail")

#: Fields of events that are too long for a line.
_LONG = frozenset({"goal", "text", "proof"})

REPLAY_SCHEMA = "leap-prover/replay/1"


def run(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run (`prove run --run`).")],
    trace: Annotated[bool, typer.Option("--trace", help="Show each step of each search.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    as_jsonl: Annotated[bool, typer.Option("--jsonl", help="Print the events, one JSON object a line.")] = False,
) -> int:
    """Show a recorded run again: its searches, its verdicts, its proofs. Runs neither Lean nor a model.

    The exit code is the run's own; 1 for a run that is not finished.

    Example: `prove replay runs/sums --trace`
    """
    run = RunFolder.open(folder)
    events = list(run.events())
    document = result_of(events) or _formalized(events)
    code = 1 if document is None else int(document["exit_code"])
    searches, hunted = summaries(events), hunts(events)
    if as_jsonl:
        for event in events:
            print(to_line(event).decode(), end="")
    elif as_json:
        about = {
            "schema": REPLAY_SCHEMA,
            "finished": document is not None,
            "engine": run.spec.engine,
            "lean_version": run.spec.lean_version,
            "inputs": dict(run.spec.inputs),
            "searches": [search.document() for search in searches],
            "hunts": hunted,
            "result": document,
        }
        print(json.dumps(about, ensure_ascii=False, indent=2))
    else:
        _show(run, document, searches, hunted, events if trace else [])
    return code


@dataclass
class Summary:
    """One search as its events tell it."""

    search: str
    name: str = ""
    stop: str = ""
    script: str | None = None
    expansions: int = 0
    seconds: float = 0.0
    heartbeats: int = 0
    outcomes: Counter[str] = field(default_factory=Counter[str])

    def take(self, event: Event) -> None:
        told = event.payload
        match told:
            case SearchStarted():
                self.name = told.name
            case LeanCall():
                self.outcomes[told.outcome] += 1
                self.seconds += told.seconds
                self.heartbeats += told.spent
            case SearchOutcome():
                self.stop, self.script = told.stop, told.script
            case Opaque(kind="NodeExpanded"):
                self.expansions += 1
            case _:
                pass

    def document(self) -> dict[str, Any]:
        return {
            "search": self.search,
            "name": self.name,
            "stop": self.stop or None,
            "script": self.script,
            "expansions": self.expansions,
            "lean_seconds": round(self.seconds, 3),
            "heartbeats": self.heartbeats,
            "outcomes": dict(sorted(self.outcomes.items())),
        }

    def __str__(self) -> str:
        tried = ", ".join(f"{count} {name.lower()}" for name, count in sorted(self.outcomes.items()))
        words = (self.stop or "not finished").replace("_", " ")
        work = f"{self.expansions} expansions; {tried or 'nothing tried'}; {self.seconds:.1f} s of Lean"
        return f"{self.search}: {words}; {work}"


def summaries(events: Iterable[Event]) -> list[Summary]:
    """The searches of a run, in the order in which they began."""
    found: dict[str, Summary] = {}
    for event in events:
        if event.search != RUN:
            found.setdefault(event.search, Summary(event.search)).take(event)
    return list(found.values())


def hunts(events: Iterable[Event]) -> list[dict[str, Any]]:
    """The hunts for counterexamples of a run, in the order in which they ended."""
    told = [e.payload.fields for e in events if e.kind == INSTANCES_TRIED and isinstance(e.payload, Opaque)]
    return [{"values": [], **fields, "seconds": round(fields["seconds"], 3)} for fields in told]


def _hunted(hunt: Mapping[str, Any]) -> str:
    found = ", ".join(f"{name} = {value}" for name, value in hunt["values"])
    words = f"false for {found}" if found else "false" if hunt["found"] else f"none found ({hunt['stopped']})"
    return (
        f"counterexample to {hunt['name']}: {words}; {hunt['instances']} instances looked at; {hunt['seconds']:.1f} s"
    )


def show_document(document: Mapping[str, Any], *, as_json: bool) -> int:
    """Prints the result of a finished run; gives its exit code."""
    if as_json:
        print(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        _show_result(document)
    return int(document["exit_code"])


def _formalized(events: Iterable[Event]) -> dict[str, Any] | None:
    """The document of `prove formalize`, where the run is one of these."""
    told = [e.payload for e in events if e.kind == "Formalized" and isinstance(e.payload, Opaque)]
    return dict(told[-1].fields) if told else None


def _show_drafts(document: Mapping[str, Any]) -> None:
    say = output().print
    _show_foundation(document)
    say(Text(safe(f"you said: {document['words']}")))
    accepted = document["accepted"]
    for draft in document["drafts"]:
        doubts = ", ".join(doubt["concern"] for doubt in draft["doubts"]) or "no doubts found"
        taken = " (taken)" if accepted and accepted["number"] == draft["number"] else ""
        say(Text(safe(f"{draft['number']}. {draft['agreeing']} of {draft['of']} drafts say this; {doubts}{taken}")))
        say(Text("\n".join("   " + line for line in safe(draft["statement"]).split("\n"))))
    if accepted:
        say(Text(safe(f"frozen: {accepted['name']}, key {accepted['key']}")))
    else:
        say(Text("nothing was accepted", "yellow"))


def _show(
    run: RunFolder,
    document: Mapping[str, Any] | None,
    searches: list[Summary],
    hunted: list[dict[str, Any]],
    trace: list[Event],
) -> None:
    say = output().print
    say(Text(f"{safe(', '.join(run.spec.inputs))}: {run.spec.engine}, Lean {run.spec.lean_version}", "dim"))
    for event in trace:
        if event.search != RUN and isinstance(event.payload, Opaque):
            say(Text(f"  {safe(event.search)} {_step(event.payload)}", "dim"))
    for search in searches:
        say(Text(safe(str(search))))
    for hunt in hunted:
        say(Text(safe(_hunted(hunt))))
    if document is None:
        say(Text("The run is not finished; `prove run FILE --run RUN --resume` goes on with it.", "yellow"))
        for search in searches:
            if search.script is not None:
                say(Text(f"{safe(search.search)}: found, not verified"))
                say(Text("\n".join("  " + line for line in safe(search.script).split("\n"))))
        return
    if "drafts" in document:
        _show_drafts(document)
    else:
        _show_result(document)


def _step(event: Opaque) -> str:
    facts = ", ".join(f"{name} {value}" for name, value in event.fields.items() if name not in _LONG)
    return safe(f"{event.kind}: {facts}".replace("\n", " "))


def _show_foundation(document: Mapping[str, Any]) -> None:
    if document.get("foundation"):
        # Its words name the library; nothing else here needs the room of Lean.
        from prover.cli.lite import LITE_NOTICE

        output().print(Text(LITE_NOTICE, "dim"))


def _show_result(document: Mapping[str, Any]) -> None:
    say = output().print
    _show_foundation(document)
    for target in document["targets"]:
        style = "green" if target["proved"] else "yellow"
        say(Text(f"{safe(target['name'])} (line {target['line']}): ") + Text(_words(target["verdict"]), style))
        for script in target["scripts"]:
            say(Text("\n".join("  " + line for line in safe(script).split("\n"))))
    if document["diff"]:
        say()
        say(Text(safe(document["diff"].rstrip("\n"))))


def _words(verdict: Mapping[str, Any]) -> str:
    """A verdict's code and the first piece of its evidence."""
    words = str(verdict["code"]).replace("_", " ")
    evidence = next((str(verdict[name]) for name in _EVIDENCE if verdict.get(name)), "")
    return safe(": ".join(filter(None, (words, evidence))).splitlines()[0])
