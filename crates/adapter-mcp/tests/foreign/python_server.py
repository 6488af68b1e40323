"""A server made with the official Python SDK, for the adapter's tests: over stdio, or over HTTP on a free port."""

import asyncio
import pathlib
import socket
import sys

from mcp.server.mcpserver import MCPServer

server = MCPServer("python")


@server.tool()
def add(a: int, b: int) -> int:
    """Adds two numbers."""
    return a + b


@server.tool()
def fail() -> str:
    """Always fails."""
    raise ValueError("as it should")


@server.tool()
async def slow(cancelled: str) -> str:
    """Takes a minute; a file says whether it was told to stop."""
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        pathlib.Path(cancelled).write_text("cancelled", encoding="utf-8")
        raise
    return "done"


if sys.argv[1] == "stdio":
    server.run(transport="stdio")
else:
    import uvicorn

    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(server.streamable_http_app(), log_level="warning")).run(sockets=[listener])
