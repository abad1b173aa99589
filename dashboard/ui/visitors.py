"""How many people look at the dashboard now."""

from threading import Lock

from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

_lock = Lock()
_sessions: set[str] = set()


def there() -> int:
    """Note whose rerun this is, and return how many are connected: who loads a page again is still one.

    0 where no server runs.
    """
    context = get_script_run_ctx(suppress_warning=True)
    if context is None or not Runtime.exists():
        return 0
    runtime = Runtime.instance()
    with _lock:
        _sessions.add(context.session_id)
        _sessions.intersection_update({one for one in _sessions if runtime.is_active_session(one)})
        return len(_sessions)
