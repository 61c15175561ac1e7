"""A model behind a server that speaks OpenAI's protocol: vLLM, SGLang, Ollama, llama.cpp, hosted ones."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import time
from collections import OrderedDict
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from prover.core.errors import ModelError
from prover.model.answer import Answer, Sample
from prover.model.capacity import Capacity
from prover.model.dialect import Dialect, Kind
from prover.model.endpoint import Endpoint, Received
from prover.model.price import Price
from prover.model.query import Query
from prover.model.refusal import error_of, read_refusal
from prover.model.reply import MalformedReply, Reply, read_reply

_PATHS: dict[Kind, str] = {"chat": "/chat/completions", "completion": "/completions"}
_REPLY_BYTES = 8 << 20
#: Requests at a time for one query, where the server gives one sample a request.
_ABREAST = 4
#: Queries of which a part is kept while they wait to be asked again.
_KEPT = 1024


@dataclass(slots=True)
class _Part:
    """What came of a query so far. `parts`: the requests that were answered, by number."""

    samples: list[Sample] = field(default_factory=list[Sample])
    parts: set[int] = field(default_factory=set[int])
    prompt_tokens: int = 0
    tokens: int = 0
    seconds: float = 0.0

    def add(self, part: int, reply: Reply) -> bool:
        """Whether it brought a text that was not there."""
        known = {_said(sample) for sample in self.samples}
        self.samples += reply.samples
        self.parts.add(part)
        self.prompt_tokens += reply.prompt_tokens
        self.tokens += reply.tokens
        return any(_said(sample) not in known for sample in reply.samples)


class OpenAIModel:
    """The model that the server at `base_url` calls `model`; `key` is sent to that server and shown to nobody.

    `name`: what errors and records call it. `key_variable`: where the key came from, for hints. `deadline_seconds`:
    wall limit of one request. `calls`: most queries at a time. `reply_bytes`: bound of one reply. `chats`: prompts are
    sent as one turn of a conversation, to servers without completions. `hosted`: OpenAI's own service.

    A server that gives fewer samples than asked for is asked again; one that refuses a parameter is asked without it
    from then on, but for tools: where those are refused, `capacity` says so and every query that has some is a
    `ModelError` (`model_no_tools`). At temperature 0 there is one sample. Where token counts are missing they are
    reckoned from the length. Beams: vLLM's servers only.
    """

    def __init__(
        self,
        model: str,
        *,
        base_url: str,
        key: str = "",
        name: str = "",
        key_variable: str = "",
        deadline_seconds: float | None = 600.0,
        calls: int = 64,
        reply_bytes: int = _REPLY_BYTES,
        chats: bool = False,
        hosted: bool = False,
        price: Price | None = None,
    ) -> None:
        self.name = name or model
        self.capacity = Capacity(batch=1, calls=calls, adaptive=True, tools=True)
        self._model = model
        self._key_variable = key_variable
        self._deadline = deadline_seconds
        self._chats = chats
        self._price = price or Price()
        self._dialect = Dialect(hosted=hosted)
        self._endpoint = Endpoint(self.name, base_url, key, hosted=hosted, reply_bytes=reply_bytes)
        self._begun: OrderedDict[str, _Part] = OrderedDict()
        self._beams = False

    @property
    def refused(self) -> frozenset[str]:
        """Parameters that the server was found not to take; they are not sent any more."""
        return self._dialect.refused

    async def answer(self, queries: Sequence[Query]) -> list[Answer | ModelError]:
        """As `LanguageModel.answer`: each query is a request, or several."""
        return list(await asyncio.gather(*(self._one(query) for query in queries)))

    async def check(self) -> None:
        """Asks for the list of models, which costs nothing. Raises `ModelError` where the server is not there or
        refuses the key; that it lists none, or not this one, says nothing."""
        received = await self._within(self._endpoint.get("/models"))
        if received.status in (401, 403):
            raise await self._error(received)

    async def close(self) -> None:
        """Closes the connections. Closing twice is harmless."""
        await self._endpoint.close()

    async def _one(self, query: Query) -> Answer | ModelError:
        kind: Kind = "chat" if query.turns or self._chats else "completion"
        # What was answered before another part of the same query failed is not asked, nor paid, again.
        begun = self._begun.pop(query.key, None) or _Part()
        started = time.monotonic() - begun.seconds
        try:
            if query.sampling.beams:
                await self._check_beams()
            if query.tools and not self.capacity.tools:
                raise self._no_tools("")
            await self._gather(query, kind, begun)
        except ModelError as error:
            begun.seconds = time.monotonic() - started
            self._keep(query, begun)
            return error
        money = self._price.of(begun.prompt_tokens, begun.tokens)
        seconds = time.monotonic() - started
        return Answer(tuple(begun.samples[: query.sampling.n]), begun.prompt_tokens, money, seconds)

    def _keep(self, query: Query, begun: _Part) -> None:
        if begun.parts:
            self._begun[query.key] = begun
        while len(self._begun) > _KEPT:
            self._begun.popitem(last=False)

    @staticmethod
    def _wanted(query: Query) -> int:
        """Samples that one can hope for: without chance all are the same."""
        sampling = query.sampling
        return max(1, sampling.n if sampling.temperature > 0 or sampling.beams else 1)

    async def _gather(self, query: Query, kind: Kind, begun: _Part) -> None:
        """Asks until the samples are there or nothing new comes. Raises `ModelError`."""
        abreast = asyncio.Semaphore(_ABREAST)

        async def ask(n: int, part: int) -> Reply | ModelError:
            async with abreast:
                try:
                    return await self._reply(query, kind, n, part)
                except ModelError as error:
                    return error

        while (missing := self._wanted(query) - len(begun.samples)) > 0:
            most = query.sampling.beams or self._dialect.most(kind, missing)
            count = 1 if query.sampling.beams else -(-missing // most)
            numbers = itertools.islice((i for i in itertools.count() if i not in begun.parts), count)
            parts = list(numbers)
            replies = await asyncio.gather(*(ask(most, part) for part in parts))
            new = [begun.add(p, r) for p, r in zip(parts, replies, strict=True) if isinstance(r, Reply)]
            for reply in replies:
                if isinstance(reply, ModelError):
                    raise reply
            if query.sampling.beams or not any(new):
                return

    async def _reply(self, query: Query, kind: Kind, n: int, part: int) -> Reply:
        """One request, repeated without what the server refuses to take."""
        left_out: frozenset[str] = frozenset()
        self._endpoint.open()  # which takes a second, the first time, that is not the server's
        while True:
            body = self._dialect.body(query, kind, self._model, n, part, left_out)
            received = await self._within(self._endpoint.post(_PATHS[kind], body))
            if received.status < 300:
                reply = await self._read(received, query)
                self._dialect.learn(kind, body, left_out)
                if not query.sampling.beams:
                    self._dialect.learn_count(kind, n, len(reply.samples))
                return reply
            culprit = self._dialect.culprit(kind, body, read_refusal(received))
            if culprit is None:
                raise await self._error(received)
            if culprit == "tools":
                self.capacity = replace(self.capacity, tools=False)
                raise self._no_tools(self._endpoint.shown(read_refusal(received).message))
            left_out |= {culprit}
            if culprit == "n":
                n = 1

    async def _read(self, received: Received, query: Query) -> Reply:
        try:
            return read_reply(received.body, query.sampling.stop)
        except MalformedReply as wrong:
            if wrong.error:
                raise await self._error(received) from None
            raise ModelError(
                f"{self.name}: the reply is no answer: {wrong}",
                code="model_reply",
                hint="is the address that of an OpenAI-compatible server?",
                transient=wrong.passing,
            ) from None

    async def _within(self, request: Coroutine[Any, Any, Received]) -> Received:
        try:
            async with asyncio.timeout(self._deadline):
                return await request
        except TimeoutError:
            raise ModelError(
                f"{self.name} did not answer within {self._deadline:g} s",
                code="model_timeout",
                hint="allow more time, or fewer tokens for one answer",
            ) from None

    async def _error(self, received: Received) -> ModelError:
        refusal = read_refusal(received)
        models: list[str] = []
        if refusal.status == 404:
            with contextlib.suppress(ModelError):
                models = [self._endpoint.shown(name) for name, _ in await self._models()]
        said = self._endpoint.shown(refusal.message)
        return error_of(refusal, self.name, said, key_variable=self._key_variable, models=models)

    def _no_tools(self, said: str) -> ModelError:
        return ModelError(
            f"{self.name}: its server takes no tools{f': {said}' if said else ''}",
            code="model_no_tools",
            hint="vLLM takes them with --enable-auto-tool-choice and --tool-call-parser",
        )

    async def _models(self) -> list[tuple[str, str]]:
        """Names and owners of the server's models; none where it does not list them. Raises `ModelError`."""
        try:
            received = await self._within(self._endpoint.get("/models"))
            models: Any = json.loads(received.body)["data"] if received.status == 200 else []
            return [(str(entry["id"]), str(entry.get("owned_by"))) for entry in models]
        except (RecursionError, ValueError, TypeError, LookupError, AttributeError):
            return []

    async def _check_beams(self) -> None:
        """Other servers would take the question for one that draws at random, and say nothing."""
        if not self._beams:
            self._beams = any(owner == "vllm" for _, owner in await self._models())
        if not self._beams:
            raise ModelError(
                f"{self.name}: its server has no beam search",
                code="model_no_beams",
                hint="draw samples at a temperature; or serve the model with vLLM, or load it with hf/ or vllm/",
            )


def _said(sample: Sample) -> tuple[str, tuple[tuple[str, str], ...]]:
    """What a sample says, whatever the server called it."""
    return sample.text, tuple((call.name, call.arguments) for call in sample.calls)
