"""Tickets in flight: those that are worked on, and those given up whose work has not ended yet."""

from __future__ import annotations

import asyncio
from collections.abc import Container, Iterator
from typing import Generic

from prover.search.node import Node
from prover.search.runner import Handle
from prover.search.settings import Settings
from prover.search.ticket import Ticket, Workshop


class Flight(Generic[Handle]):
    """The tickets a workshop is at, at most one for each node, in the order in which they were begun."""

    def __init__(self, shop: Workshop[Handle], settings: Settings) -> None:
        self._shop = shop
        self._settings = settings
        self._tickets: dict[int, Ticket[Handle]] = {}
        self._stragglers: set[Ticket[Handle]] = set()

    def __len__(self) -> int:
        return len(self._tickets)

    def __iter__(self) -> Iterator[Ticket[Handle]]:
        return iter(list(self._tickets.values()))

    def __contains__(self, node: Node[Handle]) -> bool:
        return node.number in self._tickets

    def begin(self, ticket: Ticket[Handle], known: Container[str]) -> None:
        """Has a ticket worked on. `known`: as `Workshop.work` takes it."""
        self._tickets[ticket.node.number] = ticket
        ticket.task = asyncio.create_task(self._shop.work(ticket, known))

    def finish(self, ticket: Ticket[Handle]) -> None:
        """The ticket's work has ended and is taken in."""
        del self._tickets[ticket.node.number]

    def give_up(self, ticket: Ticket[Handle]) -> None:
        """What is with the runner ends by itself: breaking it off would cost a process."""
        del self._tickets[ticket.node.number]
        ticket.given_up = True
        if not ticket.running:
            ticket.task.cancel()
        self._stragglers.add(ticket)
        ticket.task.add_done_callback(lambda _: self._ended(ticket))

    def _ended(self, ticket: Ticket[Handle]) -> None:
        """The task of a ticket that was given up is over: its states are given back, its error is of no interest."""
        self._stragglers.discard(ticket)
        self._shop.unused += ticket.handles
        if not ticket.task.cancelled():
            ticket.task.exception()

    async def next_done(self, seconds: float) -> Ticket[Handle] | None:
        """The ticket to take in next; None when there is none within so many seconds."""
        waiting = list(self._tickets.values())[: 1 if self._settings.in_order else None]
        await asyncio.wait([t.task for t in waiting], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        return next((t for t in waiting if t.task.done()), None)

    async def all_done(self) -> list[Ticket[Handle]]:
        """The tickets whose work ends within `Settings.grace_seconds`."""
        if self._tickets:
            await asyncio.wait([t.task for t in self], timeout=self._settings.grace_seconds)
        return [t for t in self if t.task.done()]

    async def land(self) -> None:
        """Ends what is left of the tickets that were given up."""
        tasks = [ticket.task for ticket in self._stragglers]
        try:
            if tasks:
                await asyncio.wait(tasks, timeout=self._settings.grace_seconds)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
