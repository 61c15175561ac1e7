"""A session on the whole screen: goals, the proof so far, suggestions, a line to type in."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Sequence

from prompt_toolkit.application import Application
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import ConditionalContainer, Dimension, Float, FloatContainer, HSplit, Layout, Window
from prompt_toolkit.layout.controls import BufferControl, FormattedTextControl
from prompt_toolkit.layout.menus import CompletionsMenu
from prompt_toolkit.layout.processors import BeforeInput
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import Style

from prover.session import view
from prover.session.abbreviations import completions, typed
from prover.session.front import Front
from prover.session.proof_tree import node_at

_STYLE = Style.from_dict(
    {
        "bar": "reverse",
        "focus": "bold",
        "number": "bold",
        "refused": "ansired",
        "good": "ansigreen",
        "faint": "ansigray",
    }
)
_KEYS = "F1..F9 take  ^Z undo  ^Y redo  ^A auto  ^N next goal  ^D quit"
_LAST = 200
_LONG = 7


class Screen:
    """A session in a full-screen terminal. Lean works in tasks: no key waits for it."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._said: list[tuple[str, str]] = []
        self._work: asyncio.Queue[str] = asyncio.Queue()
        self._busy = ""
        self._running: asyncio.Task[None] | None = None
        self._top = 0
        #: A long answer, shown in place of everything else until the next line.
        self._page: list[str] = []
        self._drawn: tuple[object, list[str], list[str]] = (None, [], [])
        self._buffer = Buffer(
            completer=_Names(front),
            complete_while_typing=False,
            history=InMemoryHistory(),
            accept_handler=self._entered,
            multiline=False,
            on_text_insert=self._expand,
        )
        colourless = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") in (None, "dumb")
        self._app: Application[int] = Application(
            layout=Layout(self._layout(), focused_element=self._buffer),
            key_bindings=self._keys(),
            style=_STYLE,
            full_screen=True,
            mouse_support=False,
            color_depth=ColorDepth.DEPTH_1_BIT if colourless else None,
        )
        front.heard = self._redraw
        front.desk.changed = self._redraw

    async def run(self) -> int:
        """Until `quit`: 0."""
        self._front.desk.look()
        working = asyncio.create_task(self._worker())
        working.add_done_callback(self._ended)
        try:
            return await self._app.run_async()
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)

    # -- what is typed -------------------------------------------------------------------------------

    def _entered(self, buffer: Buffer) -> bool:
        self._page, self._top = [], 0
        if buffer.text.strip():
            self._work.put_nowait(buffer.text)
        return False

    def _expand(self, buffer: Buffer) -> None:
        before = buffer.document.text_before_cursor
        new = typed(before)
        if new is not None:
            after = buffer.document.text_after_cursor
            buffer.document = Document(new + after, len(new))

    async def _worker(self) -> None:
        """Does what was typed, one line after the other, while the screen goes on."""
        while not self._front.ended:
            line = await self._work.get()
            self._busy = line
            self._redraw()
            self._running = asyncio.create_task(self._answer(line))
            try:
                await self._running
            except asyncio.CancelledError:
                current = asyncio.current_task()
                if current is not None and current.cancelling():
                    raise
                self._tell("refused", ["given up; nothing is lost"])
            finally:
                self._running, self._busy = None, ""
            self._redraw()

    def _ended(self, working: asyncio.Task[None]) -> None:
        if self._app.is_running and not working.cancelled():
            error = working.exception()
            if error is not None:
                self._app.exit(exception=error)
            else:
                self._app.exit(result=0)

    async def _answer(self, line: str) -> None:
        answer = await self._front.answer(line)
        self._tell("faint", [f"> {line}"])
        if len(answer.lines) > _LONG:
            self._page = list(answer.lines)
        else:
            self._tell("good" if answer.accepted else "refused", answer.lines)
        self._top = 0

    def _tell(self, style: str, lines: Iterable[str]) -> None:
        self._said += [(f"class:{style}", line) for line in lines]
        del self._said[:-_LAST]

    # -- what is shown -------------------------------------------------------------------------------

    def _redraw(self) -> None:
        news = self._front.news()
        if news:
            self._tell("good", news)
        if self._app.is_running:
            self._app.invalidate()

    def _layout(self) -> FloatContainer:
        def pane(text: Callable[[], StyleAndTextTuples], height: Dimension, *, wrap: bool = True) -> Window:
            return Window(FormattedTextControl(text), height=height, wrap_lines=wrap, always_hide_cursor=True)

        def bar(text: Callable[[], str]) -> Window:
            return Window(FormattedTextControl(lambda: [("class:bar", text())]), height=1, style="class:bar")

        entry = Window(
            BufferControl(self._buffer, input_processors=[BeforeInput("> ")]),
            height=Dimension(min=1, max=3),
            wrap_lines=True,
        )
        panes = HSplit(
            [
                pane(self._goals, Dimension(min=4, weight=4)),
                bar(lambda: "proof so far"),
                pane(self._proof, Dimension(min=2, weight=3)),
                bar(self._suggesting),
                pane(self._suggestions, Dimension(min=3, max=9, weight=3), wrap=False),
                pane(self._answers, Dimension(min=2, max=8, weight=2)),
            ]
        )
        page = pane(lambda: _styled([("", line) for line in self._page[self._top :]]), Dimension(weight=1))
        reading = Condition(lambda: bool(self._page))
        rows = HSplit(
            [
                bar(self._title),
                ConditionalContainer(panes, ~reading),
                ConditionalContainer(page, reading),
                entry,
                bar(self._status),
            ]
        )
        menu = Float(CompletionsMenu(max_height=6), xcursor=True, ycursor=True)
        return FloatContainer(rows, floats=[menu])

    def _title(self) -> str:
        desk = self._front.desk
        return f" {desk.path.name}: {view.part_title(desk.now, desk.label)}"

    def _goals(self) -> StyleAndTextTuples:
        lines = self._lines()[0][self._top :]
        return _styled([("class:focus" if line.lstrip().startswith("⊢") else "", line) for line in lines])

    def _proof(self) -> StyleAndTextTuples:
        return _at_end(_styled([("", line) for line in self._lines()[1]]))

    def _lines(self) -> tuple[list[str], list[str]]:
        """The goals and the proof: laid out once, not for every key."""
        desk = self._front.desk
        if self._drawn[0] is not desk.now:
            self._drawn = desk.now, view.goals(desk.now, desk.label), view.proof(desk.now)
        return self._drawn[1:]

    def _suggesting(self) -> str:
        found = self._front.desk.suggestions
        more = ", more may come" if found.busy else ""
        return f"suggestions that Lean accepts: {len(found.found)}{more}"

    def _suggestions(self) -> StyleAndTextTuples:
        return _styled([("", line) for line in view.suggestions(self._front.desk.suggestions)])

    def _answers(self) -> StyleAndTextTuples:
        return _at_end(_styled(self._said))

    def _status(self) -> str:
        waiting = f"Lean is at work: {self._busy}" if self._busy else ""
        searching = "searching in the background" if self._front.errands.searching else ""
        if self._page:
            return "PgUp, PgDn; Enter goes back"
        return "; ".join(filter(None, (waiting, searching))) or _KEYS

    # -- keys ----------------------------------------------------------------------------------------

    def _keys(self) -> KeyBindings:
        keys = KeyBindings()

        def line(text: Callable[[], str], *pressed: str) -> None:
            @keys.add(*pressed)
            def _(_event: KeyPressEvent) -> None:
                self._work.put_nowait(text())

        for number in range(1, 10):
            line(lambda number=number: f"apply {number}", f"f{number}")
            line(lambda number=number: f"apply {number}", "escape", str(number))
        line(lambda: "undo", "c-z")
        line(lambda: "redo", "c-y")
        line(lambda: "auto", "c-a")
        line(self._next_goal, "c-n")
        idle = Condition(lambda: not self._buffer.text)

        @keys.add("c-d", filter=idle)
        def _(_event: KeyPressEvent) -> None:
            self._work.put_nowait("quit")

        @keys.add("c-c")
        def _(_event: KeyPressEvent) -> None:
            if self._running is not None:
                self._running.cancel()
            self._page = []
            self._buffer.reset()

        @keys.add("tab")
        def _(_event: KeyPressEvent) -> None:
            if self._buffer.complete_state:
                self._buffer.complete_next()
            else:
                self._buffer.start_completion(select_first=True)

        @keys.add("pageup")
        def _(_event: KeyPressEvent) -> None:
            self._top = max(0, self._top - 5)

        @keys.add("pagedown")
        def _(_event: KeyPressEvent) -> None:
            self._top += 5

        return keys

    def _next_goal(self) -> str:
        now = self._front.desk.now
        opened = now.open_goals
        at = opened.index(now.focus) if now.focus in opened else -1
        return f"focus {(at + 1) % len(opened) + 1}" if opened else "goals"


class _Names(Completer):
    """Hypotheses of the goal in focus, names of the file's lemmas and of suggestions, symbols after a backslash."""

    def __init__(self, front: Front) -> None:
        self._front = front

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        for text, replaced in completions(document.text_before_cursor, self._names()):
            yield Completion(text, start_position=-replaced)

    def _names(self) -> Sequence[str]:
        desk = self._front.desk
        now = desk.now
        names: list[str] = []
        if now.focus is not None:
            goal = node_at(now.part.tree, now.focus).goal
            names += [h.name for h in goal.hypotheses if not h.inaccessible]
        names += [part.name for part in now.lemmas]
        return [*names, *desk.suggestions.names]


def _at_end(text: StyleAndTextTuples) -> StyleAndTextTuples:
    """A text whose end is looked at, where not all of it has room."""
    return [*text, ("[SetCursorPosition]", "")]


def _styled(lines: Sequence[tuple[str, str]]) -> StyleAndTextTuples:
    found: StyleAndTextTuples = []
    for number, (style, text) in enumerate(lines):
        found.append((style, text if number == len(lines) - 1 else f"{text}\n"))
    return found
