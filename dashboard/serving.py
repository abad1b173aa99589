"""Starting the app: its files found from the package, the store named by an absolute address, its pages warm."""

import os
import socket
from collections.abc import Sequence
from importlib import import_module
from ipaddress import ip_address
from pathlib import Path

from data.errors import BoltscopeError
from data.store import URL_VARIABLE, store_url

_APP = Path(__file__).resolve().with_name("app.py")
_ROOT = _APP.parent.parent
# Imported by one thread, before others come: two that import these at once can find them half there.
_WARM = ("pandas", "plotly.graph_objects", "polars", "scipy.special", "dashboard.exports")
_EVERY_ADDRESS = ("0.0.0.0", "::", "")
_ONE_THREAD = "OPENBLAS_NUM_THREADS"


class ServeError(BoltscopeError):
    """The app cannot be served as asked."""


def serve(database: str | None, address: str, port: int, allowed_hosts: Sequence[str], *, warm_up: bool) -> None:
    """Run the app until it is stopped. Raises ServeError when the address cannot be used.

    With ``warm_up`` the pages run once before the port answers, for a few seconds at most; the rest of them afterwards.
    """
    _check_free(address, port)
    os.environ[URL_VARIABLE] = store_url(database)
    # numpy's products here take a millisecond or two; threads that wait for the next one cost twenty times that.
    os.environ.setdefault(_ONE_THREAD, "1")
    # Streamlit reads .streamlit/config.toml of the folder it is started in; another folder's would change how we serve.
    os.chdir(_ROOT)
    for module in _WARM:
        import_module(module)
    from dashboard.ui.server import run

    names = _names(address, allowed_hosts)
    settings: dict[str, object] = {
        "server.address": address,
        "server.port": port,
        "server.allowedHosts": names,
        "browser.serverPort": port,
        "browser.serverAddress": _shown(address),
    }
    run(_APP, settings, names, warm_up=warm_up)


def warning_of(address: str) -> str | None:
    """Return what somebody must know who opens the app to other machines; null when only this one reaches it."""
    if _is_loopback(address):
        return None
    return (
        f"The dashboard listens on {address or 'every address'}: whoever reaches this machine can see every figure, "
        "by person. There is no login; put it behind a proxy that asks for one."
    )


def _check_free(address: str, port: int) -> None:
    try:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
    except OSError as error:
        raise ServeError(
            f"The dashboard cannot listen on {address}:{port}: {error.strerror or error}.\n"
            f"Stop what uses that port, or take another one: dashboard serve --port {min(port + 1, 65535)}"
        ) from error


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def _names(address: str, allowed: Sequence[str]) -> list[str]:
    """Return the names under which a browser may ask for the app (a page of another site cannot use its own)."""
    names = ["127.0.0.1", "localhost", "[::1]", *allowed]
    names += [socket.gethostname(), socket.getfqdn()] if address in _EVERY_ADDRESS else [address]
    return list(dict.fromkeys(names))


def _shown(address: str) -> str:
    return "127.0.0.1" if address in _EVERY_ADDRESS else address
