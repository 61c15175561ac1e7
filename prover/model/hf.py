"""Models that transformers runs in this process: causal ones, and encoder-decoders such as ReProver's."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from prover.core.errors import ModelError, UserError
from prover.model.answer import Answer, Sample
from prover.model.beams import beam_samples
from prover.model.capacity import Capacity
from prover.model.drawing import Row
from prover.model.encoding import Encoding, cut
from prover.model.extra import extra
from prover.model.query import Query
from prover.model.writing import write

#: Queries in a batch.
_BATCH = 32
#: While one batch is worked off the next one fills up; only the first one waits.
_WAIT_SECONDS = 0.01
#: Of the memory that is free once the model is loaded, for keys and values.
_CACHE_SHARE = 0.4

Asked = tuple[Query, list[int]]


class HfModel:
    """A checkpoint run by transformers, in a thread of its own, one batch after the other.

    A sample's log-probability is the model's own, at temperature 1 and before top-p and top-k, summed over all tokens
    it wrote, the end token or the stop text that ended it included. The samples of a query are drawn from its seed
    alone; what else is in a batch changes them only where rounding does. At temperature 0, and for beams, samples that
    would be the same are given once.
    """

    def __init__(self, name: str, model: Any, encoding: Encoding, *, batch: int = _BATCH) -> None:
        self._name = name
        self._torch = extra("torch", "hf")
        self._transformers = extra("transformers", "hf")
        self._model: Any = model
        self._encoding = encoding
        self._capacity = Capacity(batch, calls=1, wait_seconds=_WAIT_SECONDS, tokens=self._room())
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="hf-model")
        self._under_way: set[threading.Event] = set()
        self._closed = False

    @classmethod
    def load(
        cls,
        name: str,
        *,
        revision: str | None = None,
        device: str | None = None,
        dtype: str | None = None,
        batch: int = _BATCH,
        trust_remote_code: bool = False,
    ) -> HfModel:
        """Loads a model of the Hugging Face hub, or a folder. Takes long: call it in a thread.

        `device`: as torch names it; None: the first GPU, else the CPU. `dtype`: `float32`, `bfloat16` ...; None: the
        checkpoint's own, on the CPU `float32`. Raises `SetupError` without the `hf` extra, `UserError`
        (`model_not_loaded`) for a name or folder that is no model.
        """
        torch, transformers = extra("torch", "hf"), extra("transformers", "hf")
        device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        kind = dtype or ("float32" if device == "cpu" else "auto")
        if not sys.stderr.isatty():
            transformers.utils.logging.disable_progress_bar()
        common = {"revision": revision, "trust_remote_code": trust_remote_code}
        try:
            config = transformers.AutoConfig.from_pretrained(name, **common)
            tokenizer = transformers.AutoTokenizer.from_pretrained(name, **common)
            family = "AutoModelForSeq2SeqLM" if config.is_encoder_decoder else "AutoModelForCausalLM"
            model = getattr(transformers, family).from_pretrained(name, dtype=kind, **common)
        except (OSError, ValueError) as error:
            raise UserError(
                f"{name} cannot be loaded: {error}",
                code="model_not_loaded",
                hint="give a folder with a checkpoint, or ORG/NAME as on the hub (and a revision that it has)",
            ) from error
        full = f"hf/{name}" + (f"@{revision}" if revision else "")
        return cls.of(model.to(device).eval(), tokenizer, name=full, batch=batch)

    @classmethod
    def of(cls, model: Any, tokenizer: Any, *, name: str, batch: int = _BATCH) -> HfModel:
        """A model and a tokenizer that are loaded already."""
        given = model.generation_config.eos_token_id
        ends: list[int] = [] if given is None else ([given] if isinstance(given, int) else list(given))
        closed = bool(model.config.is_encoder_decoder)
        context = getattr(model.config.get_text_config(), "max_position_embeddings", None)
        return cls(name, model, Encoding(tokenizer, context=context, ends=ends, closed=closed), batch=batch)

    @property
    def name(self) -> str:
        return self._name

    @property
    def capacity(self) -> Capacity:
        return self._capacity

    def _room(self) -> int:
        """Tokens whose keys and values fit into memory, by the shape of the model."""
        config = self._model.config.get_text_config()
        heads = getattr(config, "num_attention_heads", 1)
        width = getattr(config, "head_dim", None) or config.hidden_size // heads
        layers = config.num_hidden_layers * (2 if self._model.config.is_encoder_decoder else 1)
        each = 2 * layers * (getattr(config, "num_key_value_heads", None) or heads) * width * self._model.dtype.itemsize
        if self._model.device.type == "cuda":
            free, _ = self._torch.cuda.mem_get_info(self._model.device)
        else:
            free = extra("psutil", "hf").virtual_memory().available
        return max(4096, int(free * _CACHE_SHARE / each))

    async def answer(self, queries: Sequence[Query]) -> list[Answer | ModelError]:
        """As `LanguageModel.answer`. Cancelled: the work ends with the token that is being written."""
        if self._closed:
            raise ModelError(f"{self.name} is closed", code="model_closed")
        cancelled = threading.Event()
        self._under_way.add(cancelled)
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._thread, self._answer, list(queries), cancelled)
        except RuntimeError as error:
            raise ModelError(f"{self.name} failed: {error}", code="model_broken") from error
        finally:
            cancelled.set()
            self._under_way.discard(cancelled)

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        for cancelled in self._under_way:
            cancelled.set()
        await asyncio.to_thread(self._thread.shutdown, cancel_futures=True)
        del self._model
        gc.collect()
        if self._torch.cuda.is_available():
            self._torch.cuda.empty_cache()

    # --- in the thread

    def _answer(self, queries: list[Query], cancelled: threading.Event) -> list[Answer | ModelError]:
        found: dict[int, Answer | ModelError] = {}
        ways: dict[tuple[object, ...], list[tuple[int, Asked]]] = {}
        for i, query in enumerate(queries):
            try:
                tokens = self._encoding.tokens(query)
            except ModelError as error:
                found[i] = error
                continue
            s = query.sampling
            way = (s.beams, s.n, s.max_tokens, s.stop) if s.beams else ()
            ways.setdefault(way, []).append((i, (query, tokens)))
        for group in ways.values():
            for start in range(0, len(group), self._capacity.batch):
                part = group[start : start + self._capacity.batch]
                answers = self._tried([asked for _, asked in part], cancelled)
                found.update(zip((i for i, _ in part), answers, strict=True))
        if cancelled.is_set():
            # The texts were cut short.
            raise ModelError(f"{self.name} was closed", code="model_closed")
        return [found[i] for i in range(len(queries))]

    def _tried(self, asked: list[Asked], cancelled: threading.Event) -> list[Answer] | list[ModelError]:
        """The answers of one batch, of two halves where there is not enough memory for it."""
        began = time.monotonic()
        try:
            with self._torch.inference_mode():
                beams = asked[0][0].sampling.beams
                samples = self._beams(asked, cancelled) if beams else self._drawn(asked, cancelled)
        except self._torch.OutOfMemoryError:
            samples = None
        if samples is not None:
            seconds = time.monotonic() - began
            return [
                Answer(tuple(own), len(tokens), seconds=seconds)
                for own, (_, tokens) in zip(samples, asked, strict=True)
            ]
        self._torch.cuda.empty_cache()
        if len(asked) == 1:
            return [ModelError(f"{self.name}: not enough memory for one question", code="model_out_of_memory")]
        half = len(asked) // 2
        parts = (self._tried(asked[:half], cancelled), self._tried(asked[half:], cancelled))
        return [answer for part in parts for answer in part]  # pyright: ignore[reportReturnType]

    def _drawn(self, asked: list[Asked], cancelled: threading.Event) -> list[list[Sample]]:
        rows, of = self._rows(asked)
        given = self._given([tokens for _, tokens in asked], of)
        write(self._model, self._encoding, given, self._config, rows, cancelled)
        samples: list[list[Sample]] = [[] for _ in asked]
        for row, question in zip(rows, of, strict=True):
            text = cut(self._encoding.text(row.tokens), row.query.sampling.stop)
            samples[question].append(Sample(text, row.log_probability, len(row.tokens), row.finish))
        return samples

    def _rows(self, asked: list[Asked]) -> tuple[list[Row], list[int]]:
        """The texts to be written, and which question each belongs to."""
        rows: list[Row] = []
        of: list[int] = []
        for question, (query, tokens) in enumerate(asked):
            sampling = query.sampling
            most = self._encoding.room(len(tokens), sampling.max_tokens)
            for index in range(sampling.n if sampling.temperature > 0 else 1):
                rows.append(Row(query, index, most))
                of.append(question)
        return rows, of

    def _beams(self, asked: list[Asked], cancelled: threading.Event) -> list[list[Sample]]:
        given = self._given([tokens for _, tokens in asked], range(len(asked)))
        room = min(self._encoding.room(len(tokens), query.sampling.max_tokens) for query, tokens in asked)
        written = 1 if self._encoder else given["input_ids"].shape[1]
        return beam_samples(
            self._model,
            self._encoding,
            given,
            self._config(room),
            [query.sampling for query, _ in asked],
            written,
            cancelled,
        )

    @property
    def _encoder(self) -> bool:
        return bool(self._model.config.is_encoder_decoder)

    def _config(self, tokens: int) -> Any:
        """How `generate` writes up to so many tokens. Nothing is left to what came with the checkpoint, penalties
        least of all."""
        own = self._model.generation_config
        pad = own.pad_token_id
        ends = sorted(self._encoding.ends)
        return self._transformers.GenerationConfig(
            eos_token_id=ends or None,
            pad_token_id=pad if pad is not None else (ends[0] if ends else 0),
            decoder_start_token_id=own.decoder_start_token_id,
            repetition_penalty=1.0,
            no_repeat_ngram_size=0,
            use_cache=True,
            do_sample=False,
            num_beams=1,
            max_new_tokens=tokens,
            return_dict_in_generate=True,
        )

    def _given(self, prompts: Sequence[Sequence[int]], of: Sequence[int]) -> dict[str, Any]:
        """What `generate` gets: a row for each number of `of`, the prompt it is the number of. Prompts are read once
        each, however many rows begin with them."""
        torch, model = self._torch, self._model
        longest = max(map(len, prompts))
        # Padding is masked; which token it is does not matter.
        tokens = torch.tensor([[0] * (longest - len(p)) + list(p) for p in prompts], device=model.device)
        mask = torch.tensor([[0] * (longest - len(p)) + [1] * len(p) for p in prompts], device=model.device)
        order = torch.tensor(list(of), device=model.device)
        given = {"attention_mask": mask[order]}
        if self._encoder:
            states = model.get_encoder()(input_ids=tokens, attention_mask=mask).last_hidden_state
            encoded = self._transformers.modeling_outputs.BaseModelOutput(last_hidden_state=states[order])
            return given | {"encoder_outputs": encoded}
        given["input_ids"] = tokens[order]
        if len(order) > len(prompts) and longest > 1:
            before = mask[:, :-1]
            places = (before.cumsum(-1) - 1).clamp(min=0)
            read = model(input_ids=tokens[:, :-1], attention_mask=before, position_ids=places, use_cache=True)
            read.past_key_values.batch_select_indices(order)
            given["past_key_values"] = read.past_key_values
        return given
