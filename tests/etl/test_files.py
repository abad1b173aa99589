"""Which files are found, and what is refused at the door."""

import gzip
import io
import os
import zipfile
from pathlib import Path

import pytest

from etl import archives, streams
from etl.files import Identity, UsageError, find_files
from etl.sources.base import RefusedError

TEXT = b'{"chats": []}'


def names(files, root):
    return [file.name.removeprefix(f"{root}/") for file in files]


def refusal(file):
    with pytest.raises(RefusedError) as refused:
        file.read()
    return str(refused.value)


def zip_of(path, members, **options):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_folders_are_read_in_order_and_junk_is_left_out_with_its_reason(tmp_path):
    for name in ["b/2.json", "b/1.json", "a.json", ".DS_Store", ".git/config", "x.crdownload", "sources.toml"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(TEXT)
    skipped = {}

    files = find_files([tmp_path], on_skip=lambda name, reason: skipped.setdefault(name.rpartition("/")[2], reason))

    assert names(files, tmp_path) == ["a.json", "b/1.json", "b/2.json"]
    assert skipped == {
        ".DS_Store": "hidden",
        ".git": "hidden",
        "x.crdownload": "an unfinished download or a temporary file",
        "sources.toml": "says whose files these are",
    }


def test_a_hidden_file_that_is_named_is_read(tmp_path):
    (tmp_path / ".x").write_bytes(TEXT)

    assert find_files([tmp_path / ".x"])[0].read() == TEXT


def test_a_file_named_twice_is_read_once(tmp_path):
    (tmp_path / "a.json").write_bytes(TEXT)
    (tmp_path / "same.json").hardlink_to(tmp_path / "a.json")

    assert names(find_files([tmp_path, tmp_path / "a.json"]), tmp_path) == ["a.json"]


def test_all_missing_paths_are_named_at_once(tmp_path):
    with pytest.raises(UsageError, match=r"No such file or folder: .*/one, .*/two\."):
        find_files([tmp_path / "one", tmp_path, tmp_path / "two"])


def test_empty_unreadable_and_special_files_are_refused_and_never_opened(tmp_path, monkeypatch):
    (tmp_path / "empty.json").touch()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "secret.json").write_bytes(TEXT)
    real_open = os.open

    def refuse_secret(path, *arguments):
        if str(path).endswith("secret.json"):
            raise PermissionError(13, "Permission denied", str(path))
        return real_open(path, *arguments)

    monkeypatch.setattr(os, "open", refuse_secret)
    empty, pipe, secret = find_files([tmp_path])

    assert "is empty (0 bytes)" in refusal(empty)
    assert "is a named pipe, not a file" in refusal(pipe)
    assert "cannot be read: Permission denied" in refusal(secret)


def test_links_in_folders_are_never_followed(tmp_path):
    outside = tmp_path / "outside.json"
    outside.write_bytes(TEXT)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "real.json").write_bytes(TEXT)
    (folder / "1-out").symlink_to(outside)
    (folder / "2-in").symlink_to(folder / "real.json")
    (folder / "3-loop").symlink_to(folder)
    (folder / "4-self").symlink_to("4-self")
    (folder / "5-nowhere").symlink_to("missing")
    skipped = []

    files = find_files([folder], on_skip=lambda name, _reason: skipped.append(name.rpartition("/")[2]))

    assert names(files, folder) == ["1-out", "4-self", "5-nowhere", "real.json"]
    assert "leads out of the folder" in refusal(files[0])
    assert "leads nowhere or to itself" in refusal(files[1])
    assert "leads nowhere or to itself" in refusal(files[2])
    assert skipped == ["2-in", "3-loop"]


def test_a_link_that_is_named_is_followed(tmp_path):
    (tmp_path / "a.json").write_bytes(TEXT)
    (tmp_path / "latest.json").symlink_to("a.json")

    assert find_files([tmp_path / "latest.json"])[0].read() == TEXT


def test_a_file_that_becomes_a_link_after_it_was_found_is_not_read(tmp_path):
    (tmp_path / "folder").mkdir()
    path = tmp_path / "folder/a.json"
    path.write_bytes(TEXT)
    file = find_files([tmp_path / "folder"])[0]
    path.unlink()
    path.symlink_to("/etc/hostname")

    assert "cannot be read" in refusal(file)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_every_unicode_encoding_is_read_as_utf_8_without_a_mark(tmp_path, encoding):
    text = '{"chats": [], "exportDate": "2026-01-01", "title": "Ünïcödé 😀"}' * 5000
    (tmp_path / "a.json").write_bytes(text.encode(encoding))
    file = find_files([tmp_path / "a.json"])[0]

    assert file.read() == text.encode()
    assert file.head == text.encode()[: 64 << 10]
    with file.open() as stream:
        assert b"".join(iter(lambda: stream.read(1000), b"")) == text.encode()


def test_a_broken_utf_16_file_is_refused(tmp_path):
    (tmp_path / "a.json").write_bytes(b"\xff\xfe" + TEXT.decode().encode("utf-16-le") + b"\x00\xd8\x20")

    assert "is not valid UTF-16-LE text" in refusal(find_files([tmp_path / "a.json"])[0])


def test_the_problem_of_another_encoding_says_where_and_what_to_do():
    text = b"{\n" + "Grüße".encode("cp1252")

    assert "byte 0xfc at offset 4 (line 2)" in (streams.encoding_problem(text) or "")
    assert streams.encoding_problem("Grüße".encode()[:3]) is None


def test_a_gzip_file_is_the_same_as_what_is_in_it(tmp_path):
    (tmp_path / "a.json").write_bytes(TEXT)
    (tmp_path / "b.json.gz").write_bytes(gzip.compress(TEXT))

    plain, packed = find_files([tmp_path])

    assert packed.read() == plain.read() == TEXT
    assert packed.sha256 == plain.sha256
    assert packed.name.endswith("b.json.gz")


def test_members_of_a_zip_are_files_by_their_own_names(tmp_path):
    zip_of(
        tmp_path / "x.zip", {"shop/ann/b.json": b"B", "a.json": b"A", "__MACOSX/._a": b"x", "c.gz": gzip.compress(b"C")}
    )

    files = find_files([tmp_path / "x.zip"])

    assert names(files, tmp_path) == ["x.zip/a.json", "x.zip/c.gz", "x.zip/shop/ann/b.json"]
    assert [file.read() for file in files] == [b"A", b"C", b"B"]
    assert files[2].parts[-4:] == ("x.zip", "shop", "ann", "b.json")


def test_a_zip_in_a_zip_is_read_and_a_third_level_is_refused(tmp_path):
    third = zip_of(io.BytesIO(), {"c.json": b"C"}).getvalue()
    second = zip_of(io.BytesIO(), {"b.json": b"B", "third.zip": third}).getvalue()
    zip_of(tmp_path / "x.zip", {"a.json": b"A", "second.zip": second, "z.json": b"Z"})

    files = find_files([tmp_path / "x.zip"])

    assert names(files, tmp_path) == [
        "x.zip/a.json",
        "x.zip/second.zip/b.json",
        "x.zip/second.zip/third.zip",
        "x.zip/z.json",
    ]
    assert [files[index].read() for index in (3, 1, 0)] == [b"Z", b"B", b"A"]
    assert "an archive in an archive in an archive" in refusal(files[2])


def test_many_archives_do_not_use_up_the_open_files(tmp_path):
    for number in range(300):
        zip_of(tmp_path / f"{number:03}.zip", {"a.json": str(number)})
    before = len(list(Path("/proc/self/fd").iterdir()))

    files = find_files([tmp_path])

    assert [file.read() for file in files] == [str(number).encode() for number in range(300)]
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 1


def test_a_zip_bomb_is_refused_while_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(streams, "UNPACKED_FREE_BYTES", 1 << 20)
    zip_of(tmp_path / "bomb.zip", {"zeros.json": bytes(20 << 20)})
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(bytes(20 << 20)))
    packed = (tmp_path / "bomb.zip").stat().st_size
    # Deflate shrinks zeros about 1,000 times: 20 MB take 20 kB, and 250 times 20 kB are 5 MB.
    assert packed * 250 < 20 << 20

    bomb_gz, bomb_zip = find_files([tmp_path])

    assert "decompression bomb" in refusal(bomb_gz)
    assert "decompression bomb" in refusal(bomb_zip)


def test_the_budget_counts_all_members_together_and_each_byte_once(tmp_path, monkeypatch):
    monkeypatch.setattr(streams, "UNPACKED_FREE_BYTES", 1_000_000)
    monkeypatch.setattr(streams, "MOST_UNPACKED_RATIO", 1)
    zip_of(tmp_path / "x.zip", {f"{number}.json": bytes(400_000) for number in range(3)})

    files = find_files([tmp_path / "x.zip"])

    assert len(files[0].read()) == len(files[0].read()) == len(files[1].read()) == 400_000
    assert "decompression bomb" in refusal(files[2])


def test_a_zip_with_overlapping_members_is_refused(tmp_path):
    path = zip_of(tmp_path / "x.zip", {"a.json": os.urandom(5000)})
    data = path.read_bytes()
    # The listing names the same data three times.
    directory = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entries = data[directory:end] * 3
    tail = bytearray(data[end:])
    tail[8:12] = (3).to_bytes(2, "little") * 2
    tail[12:16] = len(entries).to_bytes(4, "little")
    path.write_bytes(data[:directory] + entries + tail)

    assert "members that overlap" in refusal(find_files([path])[0])


def test_too_many_members_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MOST_MEMBERS", 3)
    zip_of(tmp_path / "x.zip", {f"{number}.json": b"x" for number in range(4)})

    assert "holds 4 files; at most 3" in refusal(find_files([tmp_path / "x.zip"])[0])


def test_a_zip_with_a_password_is_refused(tmp_path):
    path = zip_of(tmp_path / "x.zip", {"a.json": TEXT})
    data = bytearray(path.read_bytes())
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(magic) + offset] |= 1
    path.write_bytes(data)

    assert "locked with a password" in refusal(find_files([path])[0])


def test_damaged_archives_are_refused_with_a_reason(tmp_path):
    packed = gzip.compress(os.urandom(100_000))
    (tmp_path / "cut.gz").write_bytes(packed[:50_000])
    zip_of(tmp_path / "whole.zip", {"a.json": os.urandom(100_000)})
    (tmp_path / "cut.zip").write_bytes((tmp_path / "whole.zip").read_bytes()[:50_000])

    cut_gz, cut_zip, whole = find_files([tmp_path])

    assert "cannot be unpacked: the archive is damaged or cut off" in refusal(cut_gz)
    assert "is a damaged zip file" in refusal(cut_zip)
    assert len(whole.read()) == 100_000


def test_an_office_document_is_not_taken_for_an_archive_of_exports(tmp_path):
    zip_of(tmp_path / "book.xlsx", {"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"})

    assert "Save the table as CSV" in refusal(find_files([tmp_path / "book.xlsx"])[0])


def test_names_are_fit_for_a_terminal(tmp_path):
    (tmp_path / "a\x1b[31m\n.json").write_bytes(TEXT)
    (tmp_path / os.fsdecode(b"b\xff.json")).write_bytes(TEXT)

    assert names(find_files([tmp_path]), tmp_path) == ["a\ufffd[31m\ufffd.json", "b\ufffd.json"]


def test_a_change_within_two_seconds_of_the_load_is_not_trusted_to_be_the_last():
    loaded_at = 1_000_000_000  # microseconds: 1000 s

    assert Identity("/a", 1, 997_999_999_999).is_settled(loaded_at)
    assert not Identity("/a", 1, 998_000_000_000).is_settled(loaded_at)
    assert not Identity("/a", 1, 1_500_000_000_000).is_settled(loaded_at)
