"""People are counted while they are there: who loads a page again is one."""

from types import SimpleNamespace

import pytest

from dashboard.ui import visitors


def test_nobody_is_counted_where_no_server_runs():
    assert visitors.there() == 0


def test_who_has_gone_is_not_counted(monkeypatch: pytest.MonkeyPatch):
    connected: set[str] = set()
    runtime = SimpleNamespace(is_active_session=connected.__contains__)
    monkeypatch.setattr(visitors, "_sessions", set[str]())
    monkeypatch.setattr(visitors.Runtime, "exists", lambda: True)
    monkeypatch.setattr(visitors.Runtime, "instance", lambda: runtime)

    def visit(session: str) -> int:
        connected.add(session)
        monkeypatch.setattr(visitors, "get_script_run_ctx", lambda **_: SimpleNamespace(session_id=session))
        return visitors.there()

    assert visit("first") == 1
    assert visit("first") == 1
    connected.clear()
    assert visit("first, loaded again") == 1
    assert visit("second") == 2
