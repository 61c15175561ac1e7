"""The page of a run."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files

from prover.events import Event
from prover.report.data import page_data
from prover.report.embedding import embedded_json, policy
from prover.report.story import Story
from prover.report.words import duration, verdict_tone, verdict_words

#: What shows a search, with what every page has; in this order, and before the page's own program.
EXPLORER = (
    *("format.js", "model.js", "rows.js", "tree.js", "map.js", "detail.js", "explorer.js"),
    *("theme.js", "help.js"),
)
_PROGRAM = (*EXPLORER, "main.js")


def page(events: Iterable[Event]) -> str:
    """One self-contained HTML page on a run: its targets, verdicts and proofs, and the graph of every search.

    `events` as they were recorded, those of one search under one name; a run that was cut short gives a page too.
    Nothing is loaded from elsewhere, and texts from Lean or a model stay texts whatever they hold.
    """
    import jinja2
    from markupsafe import Markup

    story = Story.of(events)
    script = program(*_PROGRAM)
    style = asset("page.css")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(asset("page.html.j2"))
    over = f" over {story.foundation}" if story.foundation else ""
    return template.render(
        story=story,
        over=over,
        headline=f"{story.proved} of {len(story.targets)} proved{over}" if story.ended else "the run did not end",
        # Our own files and escaped data; everything else goes through the template's escaping.
        script=Markup(script),
        style=Markup(style),
        data=Markup(embedded_json(page_data(story))),
        policy=Markup(policy(script, style)),
        tone=verdict_tone,
        words=verdict_words,
        duration=duration,
    )


def program(*names: str) -> str:
    """Assets as one script that leaves nothing in the page's scope."""
    return "(() => {\n" + "\n".join(asset(name) for name in names) + "})();\n"


def asset(name: str) -> str:
    """A file that pages are made of."""
    return (files("prover.report") / "assets" / name).read_text(encoding="utf-8")
