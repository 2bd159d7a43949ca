"""An assistant finds the endpoints as tools, and gets a verdict from them."""

import asyncio
import base64
from ast import literal_eval

import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from testing.server import ROOT, serve


@pytest.fixture(scope="module")
def tools():
    """Calls `(tool, arguments)` of the real app, over the protocol; without a tool, lists them."""
    with serve(DETECTOR_MCP="1") as url:

        async def ask(tool, arguments):
            async with (
                streamable_http_client(f"{url}/gradio_api/mcp/") as (read, write, *_),
                ClientSession(read, write) as session,
            ):
                await session.initialize()
                if tool is None:
                    return (await session.list_tools()).tools
                return await session.call_tool(tool, arguments)

        yield lambda tool=None, **arguments: asyncio.run(ask(tool, arguments))


def test_endpoints_are_tools_with_descriptions(tools):
    described = {tool.name: tool for tool in tools()}
    assert set(described) == {"predict", "predict_batch", "predict_video", "explain"}
    assert described["predict"].description.startswith("Tell whether a face photo is real")
    assert "is_face_crop" in described["predict"].inputSchema["properties"]


def test_assistant_gets_a_verdict(tools, detector):
    content = (ROOT / "examples" / "astronaut.jpg").read_bytes()
    photo = f"data:image/jpeg;base64,{base64.b64encode(content).decode()}"
    answer = tools("predict", photo=photo)
    assert not answer.isError
    result = literal_eval(answer.content[0].text)[-1]
    verdict = detector.predict(content)
    assert result["label"] == verdict.label
    assert result["fake_probability"] == pytest.approx(verdict.fake_probability, abs=1e-3)


@pytest.mark.parametrize("photo", ["/etc/passwd", "http://127.0.0.1:1/photo.jpg"])
def test_assistant_reads_nothing_of_the_server(tools, photo):
    answer = tools("predict", photo=photo)
    assert answer.isError
    assert "root:" not in answer.content[0].text
