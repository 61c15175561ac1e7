"""Interrupts from the terminal: the first ends the work in order."""

from __future__ import annotations

import asyncio
import signal


def stop_on_interrupt() -> asyncio.Event:
    """Set by the first interrupt: end the work, keep what was found. The second one ends it at once."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()

    def interrupted() -> None:
        if stop.is_set() and task is not None:
            task.cancel()
        stop.set()

    loop.add_signal_handler(signal.SIGINT, interrupted)
    loop.add_signal_handler(signal.SIGTERM, interrupted)
    return stop
