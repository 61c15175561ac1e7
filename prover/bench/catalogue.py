"""The benchmarks that come with the library, and those of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from prover.bench.manifest import Fix, Manifest, Overlay, Variant, read_manifest, read_overlay
from prover.core.errors import UserError
from prover.lean.bundled import bundled


def manifests() -> tuple[Manifest, ...]:
    """Those that come with the library, by name. Raises `UserError` (`bad_manifest`)."""
    files = bundled("benchmarks").glob("*.toml")
    return tuple(read_manifest(file) for file in sorted(files, key=lambda file: file.stem))


def find_manifest(reference: str) -> Manifest:
    """A benchmark by name, or by the path of a `.toml` of one's own. Raises `UserError`: `no_benchmark`,
    `bad_manifest`."""
    if reference.endswith(".toml"):
        return read_manifest(Path(reference).expanduser())
    file = bundled("benchmarks") / f"{reference.lower()}.toml"
    known = sorted(file.stem for file in bundled("benchmarks").glob("*.toml"))
    if file.stem not in known:
        hint = f"one of {', '.join(known)}, or the path of a manifest (.toml) of your own; `prove bench ls` lists them"
        raise UserError(f"there is no benchmark {reference!r}", code="no_benchmark", hint=hint)
    return read_manifest(file)


def overlays(manifest: Manifest) -> tuple[Overlay, ...]:
    """Its corrections, by name, each with what it extends. Raises `UserError` (`bad_manifest`)."""
    folder = manifest.folder / "overlays" / manifest.name
    read = {overlay.name: overlay for overlay in map(read_overlay, sorted(folder.glob("*.toml")))}
    return tuple(_whole(overlay, read, folder) for overlay in read.values())


def _whole(overlay: Overlay, others: Mapping[str, Overlay], folder: Path) -> Overlay:
    """An overlay with the corrections of those that it extends, which themselves extend none."""
    fixes: dict[str, Fix] = {}
    for name in overlay.extends:
        if name not in others or others[name].extends:
            message = f"{folder / overlay.name}.toml: extends: {name!r} is no overlay that stands for itself"
            raise UserError(message, code="bad_manifest")
        fixes |= others[name].fixes
    return overlay.model_copy(update={"fixes": {**fixes, **overlay.fixes}})


def find_overlay(manifest: Manifest, variant: str, name: str) -> Overlay:
    """Corrections of a variant by name. Raises `UserError`: `no_overlay`, `bad_manifest`."""
    fitting = [overlay for overlay in overlays(manifest) if not overlay.variants or variant in overlay.variants]
    for overlay in fitting:
        if overlay.name == name:
            return overlay
    known = ", ".join(overlay.name for overlay in fitting)
    message = f"there are no corrections {name!r} of {manifest.name}, variant {variant}"
    raise UserError(message, code="no_overlay", hint=f"one of {known}" if known else "there are none of this variant")


def bad_reason(manifest: Manifest, variant: Variant, id: str) -> str:
    """Why a statement is known to be wrong; empty where it is not."""
    return variant.bad.get(id) or manifest.bad.get(id, "")
