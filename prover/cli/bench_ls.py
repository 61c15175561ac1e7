"""`prove bench ls`: which benchmarks there are, in which forms, and where their data come from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from prover.cli.terminal import output, safe

if TYPE_CHECKING:
    from prover.bench.manifest import Manifest, Variant

BENCHMARKS_SCHEMA = "leap-prover/benchmarks/1"


def run(
    name: Annotated[str | None, typer.Argument(help="A benchmark, or the path of a manifest (.toml).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """List the benchmarks: variants, splits and their sizes, how many statements need no Mathlib (estimated from their
    words), licence, when they became public, where the data come from. With NAME, what is known of one.

    Example: `prove bench ls minif2f`

    Exit code: 0.
    """
    from prover.bench.catalogue import find_manifest, manifests

    shown = manifests() if name is None else (find_manifest(name),)
    if as_json:
        document = {
            "schema": BENCHMARKS_SCHEMA,
            "exit_code": 0,
            "benchmarks": [_document(manifest) for manifest in shown],
        }
        print(json.dumps(document, ensure_ascii=False, indent=2))
    elif name is None:
        _show_all(output(), shown)
    else:
        _show_one(output(), shown[0])
    return 0


def _document(manifest: Manifest) -> dict[str, Any]:
    from prover.bench.catalogue import overlays

    return {
        "name": manifest.name,
        "title": manifest.title,
        "about": manifest.about,
        "documentation": manifest.documentation,
        "released": manifest.released,
        "default": manifest.default,
        "variants": [_variant(manifest, name, form) for name, form in manifest.variants.items()],
        "corrections": [
            {
                "name": overlay.name,
                "title": overlay.title,
                "author": overlay.author,
                "source": overlay.source,
                "variants": list(overlay.variants),
                "statements": sorted(overlay.fixes),
            }
            for overlay in overlays(manifest)
        ],
    }


def _variant(manifest: Manifest, name: str, form: Variant) -> dict[str, Any]:
    return {
        "name": name,
        "title": form.title,
        "splits": form.splits,
        "core": form.core,
        "licence": form.licence or manifest.licence,
        "released": form.released,
        "toolchain": form.toolchain,
        "data": _where(form),
        "source": form.source,
        "path": form.path,
        "revision": form.revision,
        "sha256": form.sha256,
        "files": list(form.files),
        "bad": {**manifest.bad, **form.bad},
    }


def _where(form: Variant) -> str:
    """Where the data come from: `bundled`, `hub`, or `data` where they have to be given."""
    return "bundled" if form.data else "hub" if form.hub else "data"


def _show_all(console: Console, shown: tuple[Manifest, ...]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("benchmark", "variant", "statements", "core", "licence", "public", "data"):
        table.add_column(column, no_wrap=True, justify="right" if column == "core" else "left")
    for manifest in shown:
        for index, (name, form) in enumerate(manifest.variants.items()):
            table.add_row(
                manifest.name if index == 0 else "",
                f"{name} *" if name == manifest.default and len(manifest.variants) > 1 else name,
                _sizes(form),
                "" if form.core is None else str(form.core),
                form.licence or manifest.licence or "?",
                form.released or manifest.released or "?",
                {"bundled": "with the library", "hub": "hub, --data", "data": "--data"}[_where(form)],
            )
    console.width = max(console.width, 110)  # a cut name is of no use, and a terminal wraps
    console.print(table)
    console.print("\n*: meant where no variant is named. core: statements that need no Mathlib, estimated.")
    console.print("`prove bench ls NAME`: sources, corrections, statements known to be wrong.")


def _sizes(form: Variant) -> str:
    if not form.splits:
        return "?"
    return ", ".join(f"{name} {size}" if name else str(size) for name, size in form.splits.items())


def _show_one(console: Console, manifest: Manifest) -> None:
    from prover.bench.catalogue import overlays
    from prover.bench.hub import get_it

    console.print(Text(f"{manifest.title}", "bold") + Text(f"  {manifest.documentation}"))
    if manifest.about:
        console.print(Text(safe(manifest.about)))
    for name, form in manifest.variants.items():
        bad = {**manifest.bad, **form.bad}
        mark = " (default)" if name == manifest.default else ""
        console.print(Text(f"\n{name}{mark}", "bold") + Text(f"  {safe(form.title)}"))
        rows = {
            "statements": _sizes(form),
            "core": "" if form.core is None else f"{form.core} need no Mathlib, estimated from their words",
            "licence": form.licence or manifest.licence,
            "public": form.released or manifest.released,
            "Lean": ", ".join(part for part in (form.toolchain, form.mathlib and f"Mathlib {form.mathlib}") if part),
            "data": "come with the library" if form.data else get_it(form),
            "hub": f"{form.hub.repo} ({form.hub.revision or 'unpinned'})" if form.hub else "",
            "sha256": ", ".join(f"{file} {digest}" for file, digest in form.sha256.items()) or "unpinned",
        }
        for label, text in rows.items():
            if text and not (label == "sha256" and form.data):
                console.print(Text(f"  {label:<11}", "dim") + Text(safe(text)))
        for id, reason in bad.items():
            console.print(Text(f"  {'bad':<11}", "dim") + Text(f"{id}: {safe(reason)}"))
    for overlay in overlays(manifest):
        console.print(Text(f"\n--corrected {overlay.name}", "bold") + Text(f"  {safe(overlay.title)}"))
        console.print(Text(f"  {overlay.author}, {overlay.source}; {len(overlay.fixes)} statements"))
