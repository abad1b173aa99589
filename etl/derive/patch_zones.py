"""The risk zone of each patch that a load touched: the one of its files that needs most care."""

import sqlite3

from data.definitions.risk_zones import RiskZones, risk_zones
from etl.context import Touched
from etl.derive.differences import key_table


def derive_zones(connection: sqlite3.Connection, touched: Touched) -> None:
    """Write the risk zone of touched patches anew; null where no file is known. Adds their days to touched.days."""
    if not touched.patch_keys:
        return
    zones = risk_zones()
    connection.create_function("place_of_path", 1, _Places(zones).__getitem__, deterministic=True)
    connection.create_function("name_of_place", 1, dict(enumerate(zones.names)).get, deterministic=True)
    key_table(connection, "zoned_patch", touched.patch_keys)
    zoned = "patch_key IN (SELECT key FROM temp.zoned_patch)"
    connection.execute(
        "UPDATE patch SET risk_zone = name_of_place((SELECT min(place_of_path(f.path)) FROM patch_file f "  # noqa: S608
        f"WHERE f.patch_key = patch.patch_key)) WHERE {zoned}"
    )
    touched.days.update(
        row[0]
        for row in connection.execute(
            f"SELECT DISTINCT proposed_date FROM patch WHERE {zoned} AND proposed_date IS NOT NULL"  # noqa: S608
        )
    )


class _Places(dict[str, int]):
    """Places of paths in the order of care, each looked up once: the same files are changed again and again."""

    def __init__(self, zones: RiskZones) -> None:
        super().__init__()
        self._zones = zones

    def __missing__(self, path: str) -> int:
        place = self[path] = self._zones.place_of(path)
        return place
