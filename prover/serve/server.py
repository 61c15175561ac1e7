"""The application on a socket, from its start until a signal ends it."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Generator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from prover.core.errors import UserError
from prover.serve.connection import connections
from prover.serve.service import LAST_SECONDS, Service
from prover.serve.settings import Settings

_BACKLOG = 2048
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Server(uvicorn.Server):
    """Ends at the first SIGINT or SIGTERM: new connections are refused, what is under way has the settings'
    `stop_seconds` to finish, and every request that was taken is answered. A second SIGINT ends it at once.

    `finished`: whether nothing had to be given up.
    """

    def __init__(self, app: FastAPI, settings: Settings) -> None:
        patience = settings.stop_seconds + 2 * LAST_SECONDS
        super().__init__(
            uvicorn.Config(
                app,
                http=connections(settings.body_seconds),
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=int(patience) + 1,
            )
        )
        self.finished = True
        self._app = app

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Signals end the loop, and are not raised again afterwards: the command has its own exit code."""
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in _SIGNALS:
                loop.remove_signal_handler(number)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        service: Service = self._app.state.service
        stopping = asyncio.ensure_future(service.stop())
        try:
            await super().shutdown(sockets)
            self.finished = not self.force_exit and await stopping
        finally:
            stopping.cancel()


def listening(host: str, port: int) -> socket.socket:
    """A socket that clients can connect to; port 0: any free one. `UserError` (`address`) where that cannot be."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        found = socket.socket(family, kind, protocol)
        try:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            found.bind(address)
            found.listen(_BACKLOG)
        except BaseException:
            found.close()
            raise
        return found
    except (OSError, OverflowError) as error:
        raise UserError(
            f"cannot listen on {host}, port {port}: {error}", code="address", hint="another --port, or --port 0"
        ) from None


def url_of(listener: socket.socket) -> str:
    """Where a listening socket is reached."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
