"""Models that vLLM runs for this process."""

from __future__ import annotations

import asyncio
import itertools
import os
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from multiprocessing import active_children
from multiprocessing.process import BaseProcess
from typing import Any

from prover.core.errors import ModelError, SetupError, UserError
from prover.model.answer import Answer, Sample
from prover.model.capacity import Capacity
from prover.model.encoding import Encoding
from prover.model.extra import extra
from prover.model.query import Query

#: Questions at a time; vLLM joins them by itself, and lets wait what it has no memory for.
_CALLS = 256
#: For keys and values on a CPU, where vLLM would take most of the memory.
_CPU_CACHE_GIB = 1.0
#: For the engine to end in order, before it is killed.
_GRACE_SECONDS = 20.0
#: What vLLM does unless the user's environment says otherwise: no report home, no logs among our results.
_QUIET = {
    "VLLM_NO_USAGE_STATS": "1",
    "VLLM_LOGGING_LEVEL": "ERROR",
    "VLLM_LOGGING_STREAM": "ext://sys.stderr",
}


class VllmModel:
    """A checkpoint run by vLLM's own engine, in processes of its own, with continuous batching and prefix caching.

    A sample's log-probability is the model's own, at temperature 1 and before top-p and top-k, summed over all tokens
    it wrote, the end token or the stop text that ended it included. Each query draws from its own seed; what else runs
    at the time changes its samples only where rounding does. At temperature 0 there is one sample. No beam search.
    """

    def __init__(
        self, name: str, engine: Any, encoding: Encoding, *, calls: int = _CALLS, processes: Sequence[BaseProcess] = ()
    ) -> None:
        self._name = name
        self._engine: Any = engine
        self._processes = processes
        self._under_way: set[asyncio.Future[Answer | ModelError]] = set()
        self._encoding = encoding
        self._capacity = Capacity(batch=1, calls=calls)
        self._numbers = itertools.count()

    @classmethod
    def load(
        cls,
        name: str,
        *,
        revision: str | None = None,
        dtype: str | None = None,
        context: int | None = None,
        cache_gib: float | None = None,
        memory: float | None = None,
        gpus: int = 1,
        eager: bool | None = None,
        calls: int = _CALLS,
        trust_remote_code: bool = False,
    ) -> VllmModel:
        """Loads a model of the Hugging Face hub, or a folder. Takes long: call it in a thread.

        `dtype`: `float32`, `bfloat16` ...; None: the checkpoint's own, on a CPU `float32`. `context`: tokens of prompt
        and answer together; None: as the checkpoint says. `cache_gib`: memory for keys and values; on a GPU `memory`
        says instead which share of the GPU may be used in all (vLLM: 0.9). `gpus`: to split the model over. `eager`:
        nothing is compiled, which starts much sooner; None: on a CPU. The user's environment (`VLLM_...`) has its say;
        it is left as it was. Raises `SetupError` without the `vllm` extra, or where the engine does not start,
        `UserError` (`model_not_loaded`) for a name or folder that is no model.
        """
        full = f"vllm/{name}" + (f"@{revision}" if revision else "")
        with _environment():
            vllm = extra("vllm", "vllm")
            cpu = bool(extra("vllm.platforms", "vllm").current_platform.is_cpu())
            if cpu and cache_gib is None and not os.environ.get("VLLM_CPU_KVCACHE_SPACE"):
                cache_gib = _CPU_CACHE_GIB
            options: dict[str, Any] = {
                "model": name,
                "revision": revision,
                "tokenizer_revision": revision,
                "trust_remote_code": trust_remote_code,
                "dtype": dtype or ("float32" if cpu else "auto"),
                "max_model_len": context,
                "kv_cache_memory_bytes": None if cache_gib is None else int(cache_gib * 2**30),
                "gpu_memory_utilization": memory,
                "tensor_parallel_size": gpus,
                "enforce_eager": cpu if eager is None else eager,
                # On a CPU, a seeded request that is read in parts ends the engine (0.32: "CPU Generator does not use
                # offset").
                "enable_chunked_prefill": False if cpu else None,
            }
            given = {key: value for key, value in options.items() if value is not None}
            try:
                arguments = vllm.AsyncEngineArgs(
                    **given,
                    logprobs_mode="raw_logprobs",
                    disable_log_stats=True,
                    enable_log_requests=False,
                    use_tqdm_on_load=False,
                )
                settings = arguments.create_engine_config()
            except (OSError, ValueError) as error:
                raise UserError(
                    f"{name} cannot be loaded: {error}",
                    code="model_not_loaded",
                    hint="give a folder with a checkpoint, or ORG/NAME as on the hub (and a revision that it has)",
                ) from error
            engines = extra("vllm.v1.engine.async_llm", "vllm")
            others = set(active_children())
            try:
                engine = engines.AsyncLLM.from_vllm_config(settings, disable_log_stats=True)
            except Exception as error:
                raise SetupError(
                    f"vLLM did not start {name}: {error}",
                    code="model_not_started",
                    hint="VLLM_LOGGING_LEVEL=INFO says more; less memory is asked for with a shorter context",
                ) from error
        own = [process for process in active_children() if process not in others]
        return cls(full, engine, _encoding(engine, settings), calls=calls, processes=own)

    @property
    def name(self) -> str:
        return self._name

    @property
    def capacity(self) -> Capacity:
        return self._capacity

    async def answer(self, queries: Sequence[Query]) -> list[Answer | ModelError]:
        """As `LanguageModel.answer`. Cancelled: the engine drops the questions."""
        engine = self._engine
        if engine is None:
            raise ModelError(f"{self.name} is closed", code="model_closed")
        tasks = [asyncio.ensure_future(self._one(engine, query)) for query in queries]
        self._under_way.update(tasks)
        try:
            return list(await asyncio.gather(*tasks))
        finally:
            self._under_way.difference_update(tasks)

    async def _one(self, engine: Any, query: Query) -> Answer | ModelError:
        began = time.monotonic()
        try:
            tokens = self._encoding.tokens(query)
            output = await self._asked(engine, tokens, query)
        except ModelError as error:
            return error
        except asyncio.CancelledError:
            if self._engine is None:
                return ModelError(f"{self.name} was closed", code="model_closed")
            raise
        samples = tuple(
            Sample(o.text, o.cumulative_logprob, len(o.token_ids), "length" if o.finish_reason == "length" else "stop")
            for o in output.outputs
        )
        return Answer(samples, len(tokens), seconds=time.monotonic() - began)

    def _sampling(self, query: Query, prompt: int) -> Any:
        vllm = extra("vllm", "vllm")
        s = query.sampling
        if s.beams:
            raise ModelError(
                "vLLM has no beam search in its asynchronous engine",
                code="model_no_beams",
                hint="run the model with hf/..., or let it draw samples",
            )
        return vllm.SamplingParams(
            n=s.n if s.temperature > 0 else 1,
            temperature=s.temperature,
            top_p=s.top_p,
            top_k=s.top_k,
            max_tokens=self._encoding.room(prompt, s.max_tokens),
            stop=list(s.stop),
            seed=query.seed,
            logprobs=0,  # of the tokens drawn
            output_kind=extra("vllm.sampling_params", "vllm").RequestOutputKind.FINAL_ONLY,
        )

    async def _asked(self, engine: Any, tokens: list[int], query: Query) -> Any:
        prompt = {"type": "token", "prompt_token_ids": tokens}
        output: Any = None
        try:
            sampling = self._sampling(query, len(tokens))
            async for last in engine.generate(prompt, sampling, f"{next(self._numbers)}"):
                output = last
        except ModelError:
            raise
        except Exception as error:
            if isinstance(error, extra("vllm.exceptions", "vllm").VLLMClientError):
                raise ModelError(f"{self.name}: {error}", code="model_bad_query") from error
            dead = bool(engine.errored)
            raise ModelError(
                f"{self.name} failed: {type(error).__name__}: {error}", code="model_broken", transient=not dead
            ) from error
        if output is None or any(o.finish_reason not in ("stop", "length") for o in output.outputs):
            raise ModelError(f"{self.name} gave up a question", code="model_broken", transient=True)
        return output

    async def close(self) -> None:
        """Ends the engine's processes (seconds); questions under way end as errors."""
        engine, self._engine = self._engine, None
        if engine is not None:
            under_way = list(self._under_way)
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)
            if engine.output_handler is not None:
                # It would report the end of the engine as a failure.
                engine.output_handler.cancel()
            await asyncio.to_thread(self._end, engine)

    def _end(self, engine: Any) -> None:
        engine.shutdown(timeout=_GRACE_SECONDS)
        # It is called again when the object is collected; at the end of the interpreter that fails.
        engine.shutdown = _nothing
        for process in self._processes:
            process.join(_GRACE_SECONDS)
            if process.is_alive():
                process.kill()
                process.join()


def _nothing() -> None:
    pass


def _encoding(engine: Any, settings: Any) -> Encoding:
    tokenizer = engine.get_tokenizer()
    given = settings.model_config.try_get_generation_config().get("eos_token_id")
    ends: list[int] = [] if given is None else ([given] if isinstance(given, int) else list(given))
    return Encoding(tokenizer, context=int(settings.model_config.max_model_len), ends=ends)


@contextmanager
def _environment() -> Generator[None]:
    """The environment in which vLLM starts. vLLM writes to it what its processes need; ours must not inherit that."""
    before = dict(os.environ)
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    try:
        yield
    finally:
        for name in os.environ.keys() - before.keys():
            del os.environ[name]
        os.environ.update(before)
