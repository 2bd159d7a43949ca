"""The page starts behind proxies and says what is missing where it cannot."""

import importlib.util
import os
import urllib.request

import pytest

from detector.errors import ConfigError
from page.server import start
from testing.server import ROOT

DEAD = "http://127.0.0.1:9"


@pytest.mark.parametrize("stated", [{}, {"NO_PROXY": "a.example"}, {"no_proxy": "a.example, ::1"}])
def test_a_proxy_never_stands_between_the_server_and_itself(monkeypatch, stated):
    """The most frequent report of all: "Running on local URL", then a stack trace."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {**stated, "HTTP_PROXY": DEAD, "GRADIO_SERVER_NAME": "192.0.2.7"}.items():
        monkeypatch.setenv(name, value)
    start.spare_own_address()
    for host in ("localhost", "127.0.0.1", "0.0.0.0", "192.0.2.7", *(stated and ["a.example"])):
        assert urllib.request.proxy_bypass_environment(host), host
    assert not urllib.request.proxy_bypass_environment("huggingface.co")
    assert os.environ["NO_PROXY"] == os.environ["no_proxy"]
    assert os.environ["NO_PROXY"].count("::1") == 1


@pytest.mark.parametrize("name", ["ALL_PROXY", "https_proxy"])
def test_a_socks_proxy_without_its_library_is_said_in_a_sentence(monkeypatch, name):
    monkeypatch.setenv(name, "socks5://127.0.0.1:9")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ConfigError, match=r"httpx\[socks\]"):
        start.check_proxy()
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: object())
    start.check_proxy()


@pytest.mark.parametrize("folder", ["a file/uploads", "a file", "/proc/uploads"])
def test_a_folder_that_takes_no_uploads_is_named(monkeypatch, tmp_path, folder):
    (tmp_path / "a file").write_text("")
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / folder))
    with pytest.raises(ConfigError, match="GRADIO_TEMP_DIR"):
        start.check_folder()


def test_the_folder_of_somebody_else_is_named(monkeypatch, tmp_path):
    """In /tmp the first user who starts a Gradio app makes the folder for all."""

    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    start.check_folder()
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(start.tempfile, "TemporaryFile", refuse)
    with pytest.raises(ConfigError, match="Permission denied"):
        start.check_folder()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("GRADIO_TEMP_DIR", "/proc/uploads", "GRADIO_TEMP_DIR"),
        pytest.param(
            *("ALL_PROXY", "socks5://127.0.0.1:9", "httpx[socks]"),
            marks=pytest.mark.skipif(
                bool(importlib.util.find_spec("socksio")), reason="socksio is installed"
            ),
        ),
    ],
)
def test_the_app_ends_with_that_sentence_before_anything_is_served(run_python, name, value, said):
    done = run_python(ROOT / "app.py", **{name: value})
    assert done.returncode == 1 and done.stdout == ""
    assert said in done.stderr and "Traceback" not in done.stderr
