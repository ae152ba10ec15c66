"""Runs bqemulator 1.4.0 with two things mended; takes its arguments.

DuckDB is asked by one thread alone. By itself the emulator asks one connection from its event loop, from the threads that answer some
requests, and from those of gRPC. Where an append ends while a query starts, one thread holds the connection and waits for Python, the
other holds Python and waits for the connection: it never answers again. A thread can also be given the result of another's query.

There are threads enough for open streams of appends, each of which has one as long as it is open. By itself the emulator has four more
than the machine has cores; one stream more waits for ever.
"""

import asyncio
import functools
from concurrent.futures import ThreadPoolExecutor

import anyio.to_thread
from bqemulator.cli import main
from bqemulator.grpc_api.read_servicer import BigQueryReadHandler
from bqemulator.grpc_api.write_servicer import BigQueryWriteHandler
from bqemulator.server import EmulatorServer

MOST_STREAMS = 256

# What gRPC's threads do with DuckDB. The stream of appends itself stays in its thread: it waits for the client.
ON_THE_LOOP = {
    BigQueryReadHandler: ["_handle_create_read_session", "_handle_split_read_stream"],
    BigQueryWriteHandler: [
        "_handle_create_write_stream",
        "_handle_get_write_stream",
        "_handle_finalize_write_stream",
        "_handle_batch_commit_write_streams",
        "_handle_flush_rows",
        "_bind_stream_to_target",
        "_perform_append",
    ],
}


async def run_here(function, *arguments, **_):
    """Takes the place of AnyIO's running in a thread."""
    return function(*arguments)


def on_the_loop(method):
    """A method that is called from a thread, as one that the event loop runs."""

    @functools.wraps(method)
    def call(handler, *arguments):
        result = asyncio.run_coroutine_threadsafe(run_here(method, handler, *arguments), handler.loop)
        return result.result()

    return call


def remembering_the_loop(initialise):
    """A handler's initialisation, which the event loop runs."""

    @functools.wraps(initialise)
    def call(handler, *arguments, **named):
        handler.loop = asyncio.get_running_loop()
        initialise(handler, *arguments, **named)

    return call


def with_threads_enough(start):
    """The server's start, after which its event loop has threads enough."""

    @functools.wraps(start)
    async def call(server):
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(MOST_STREAMS))
        await start(server)

    return call


anyio.to_thread.run_sync = run_here
for handler, names in ON_THE_LOOP.items():
    handler.__init__ = remembering_the_loop(handler.__init__)
    for name in names:
        setattr(handler, name, on_the_loop(getattr(handler, name)))
EmulatorServer.start = with_threads_enough(EmulatorServer.start)

main(prog_name="bqemulator")
