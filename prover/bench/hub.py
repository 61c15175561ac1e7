"""Data sets of the Hugging Face hub, through its own client: only those that a manifest names, at one commit."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from prover.bench.manifest import Manifest, Variant
from prover.core.errors import SetupError, UserError


def fetch(manifest: Manifest, chosen: str) -> tuple[Path, str]:
    """The folder with the files of a variant, in the client's own cache, and the commit that they are of.

    Raises `UserError` (`no_data`) for one that is not on the hub, `SetupError`: `no_hub` (the client is not
    installed), `hub` (it cannot get the files).
    """
    form = manifest.variant(chosen)
    if form.hub is None:
        message = f"the data of {manifest.name}, variant {chosen}, do not come with the library"
        raise UserError(message, code="no_data", hint=get_it(form))
    client = _client(form)
    try:
        revision = form.hub.revision or client.HfApi().dataset_info(form.hub.repo).sha
        folder = client.snapshot_download(
            form.hub.repo, repo_type="dataset", revision=revision, allow_patterns=list(form.hub.files)
        )
    except Exception as error:  # the client has no one base of its errors, nor have its transports
        message = f"cannot get {form.hub.repo} from the hub: {type(error).__name__}: {error}"
        raise SetupError(message, code="hub", hint=f"offline: {get_it(form)}") from error
    return Path(folder), str(revision)


def get_it(form: Variant) -> str:
    """How to come by the data of a variant."""
    where = " ".join(part for part in (form.source, form.path, f"at {form.revision}" if form.revision else "") if part)
    named = f" ({', '.join(form.files)})" if form.files else ""
    return f"get them{f' from {where}' if where else ''} and give the file, folder or archive{named} with --data PATH"


def _client(form: Variant) -> Any:
    try:
        return import_module("huggingface_hub")
    except ImportError:
        hint = f"pip install 'leap-prover[bench]', or {get_it(form)}"
        raise SetupError("the hub needs the package huggingface-hub", code="no_hub", hint=hint) from None
