import sys

import pytest

import chromium
from browser_harness import chromium_browser


def test_without_a_browser_a_browser_test_fails_and_names_the_command(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(chromium, "find", lambda: None)
    with pytest.raises(AssertionError, match="apt-get install chromium"), chromium_browser():
        pass


def test_a_browser_that_is_named_goes_before_those_that_are_found(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(chromium.VARIABLE, sys.executable)
    assert chromium.find() == sys.executable
    monkeypatch.setenv(chromium.VARIABLE, "/does/not/exist")
    assert chromium.find() is None
