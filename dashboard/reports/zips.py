"""Zip files whose bytes follow from what is in them."""

from collections.abc import Mapping
from datetime import datetime
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo


def write_zip(contents: Mapping[str, bytes], moment: datetime, out: BinaryIO) -> None:
    """Write files, in their order, as of one moment."""
    with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=6) as bundle:
        for name, content in contents.items():
            entry = ZipInfo(name, moment.timetuple()[:6])
            entry.compress_type = ZIP_DEFLATED
            entry.create_system = 3  # the same on every system
            entry.external_attr = 0o644 << 16
            bundle.writestr(entry, content)
