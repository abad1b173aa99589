import importlib.util
import re
import subprocess

import pytest
import repository

README = repository.ROOT / "README.md"


def readme_parts():
    return program("readme_parts")


def program(name: str):
    path = repository.ROOT / "docs" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_list_of_sources_is_what_the_code_says():
    text = README.read_text()
    assert readme_parts().with_current_parts(text) == text, "run make docs"


def test_the_page_on_own_records_is_what_the_tables_say():
    text = (repository.ROOT / "docs" / "records.md").read_text()
    assert program("records_page").page() == text, "run make docs"


def test_every_source_is_in_the_list():
    from etl.recognise import SOURCES

    assert len(SOURCES) >= 3
    for source in SOURCES:
        assert f"| **{source.about.title}** |" in README.read_text()


@pytest.mark.parametrize("document", ["README.md", "CHANGELOG.md"])
def test_every_file_that_is_linked_to_is_there(document: str):
    links = re.findall(r"\]\(([^)#]+)\)", (repository.ROOT / document).read_text())
    missing = [link for link in links if "://" not in link and not (repository.ROOT / link).exists()]
    assert not missing


def test_the_screenshot_is_a_picture_that_can_be_read():
    picture = (repository.ROOT / "docs" / "images" / "overview.png").read_bytes()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    width = int.from_bytes(picture[16:20], "big")
    assert width >= 1000


def test_every_make_target_that_is_named_exists_and_says_what_it_does():
    listing = subprocess.run(["make", "help"], cwd=repository.ROOT, capture_output=True, text=True, check=True).stdout
    described = dict(re.findall(r"^ +make ([a-z]+) +(\S.+)$", listing, re.MULTILINE))
    assert {"run", "test", "bench", "lock", "docs", "screenshots", "clean", "help"} <= set(described)
    named = set(re.findall(r"^make ([a-z]+)|`make ([a-z]+)`", README.read_text(), re.MULTILINE))
    assert {first or second for first, second in named} <= set(described)


def test_every_command_that_is_named_exists():
    programs = repository.ROOT / ".venv" / "bin"
    for program, command in set(re.findall(r"\.venv/bin/(etl|dashboard) ([a-z]+)", README.read_text())):
        done = subprocess.run([programs / program, command, "--help"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{program} {command}: {done.stderr}"
