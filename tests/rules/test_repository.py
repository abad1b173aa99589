import re

import pytest
import repository
from packaging.requirements import Requirement

TEXT_FILES = [
    path
    for path in repository.files()
    if path.suffix in {".py", ".toml", ".md", ".lock", ".csv", ".json", ".ndjson", ".txt", ".sh", ".cfg", ".yml", ""}
]
# Taken apart, so that this file does not hold what it forbids.
REGISTRIES = [
    "pypi" + ".org/simple",
    "pythonhosted" + ".org",
    "registry.npm" + "js.org",
    "--index" + "-url",
    "--extra-index" + "-url",
    "--find" + "-links",
    "file" + ":///",
]
# /home/project is where every bolt.diy chat keeps its files, on no real machine; Ann and Bob live in examples only.
MACHINE_PATH = re.compile(
    r"(?<![\w.:/-])/(?:" + r"work|root|(?:home|Users)/(?!(?:project|ann|bob)\b)\w+|tmp/w)(?=[/\"'\s:)]|$)"
)
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "manager", "info", "process", "df", "misc", "common"}
MOST_LINES = 400


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{repository.name_of(path)}:{number}: {line.strip()[:100]}"
        for path in TEXT_FILES
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_file_names_a_package_registry():
    found = lines_with(re.compile("|".join(re.escape(address) for address in REGISTRIES)))
    assert not found, "\n" + "\n".join(found)


def test_no_file_names_a_path_of_somebodys_machine():
    found = lines_with(MACHINE_PATH)
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("text", ["/wor" + "k/main/data", 'open("/roo' + 't/.cache")', "/ho" + "me/karl/boltscope"])
def test_such_a_path_would_be_found(text: str):
    assert MACHINE_PATH.search(text)


@pytest.mark.parametrize(
    "text", ["/home/project/src/App.tsx", "docs/work", "https://example.org/root/x", "network/root"]
)
def test_what_only_looks_like_one_is_not(text: str):
    assert not MACHINE_PATH.search(text)


def test_no_file_has_a_name_that_says_nothing():
    found = [repository.name_of(path) for path in repository.files() if path.stem.lower() in FORBIDDEN_NAMES]
    assert not found, f"name these after what they hold: {found}"


def test_every_module_can_be_read_without_scrolling_back():
    sizes = {
        repository.name_of(path): len(path.read_text().splitlines())
        for path in repository.modules()
        if not path.name.startswith("test_")
    }
    found = {name: size for name, size in sizes.items() if size > MOST_LINES}
    assert not found, f"split these (at most {MOST_LINES} lines): {found}"


def test_test_files_have_names_of_their_own_and_the_test_folders_no_init():
    names = [path.name for path in repository.modules() if path.name.startswith("test_")]
    assert sorted(names) == sorted(set(names))
    assert not [path for path in repository.modules() if path.name == "__init__.py" and "tests" in path.parts]


def locked() -> list[tuple[str, str, int]]:
    """Return name, version and number of hashes of each locked package; one may have versions for several Pythons."""
    text = (repository.ROOT / "requirements.lock").read_text()
    blocks = re.findall(
        r"^([\w.-]+)==([^\s;\\]+)((?:.*\\\n)(?:\s+--hash=sha256:[0-9a-f]{64}(?: \\)?\n)*)", text, re.MULTILINE
    )
    return [(name.lower(), version, block.count("--hash=")) for name, version, block in blocks]


def test_the_lock_pins_every_package_by_version_and_hash():
    text = (repository.ROOT / "requirements.lock").read_text()
    requirements = re.findall(r"^[A-Za-z0-9].*", text, re.MULTILINE)
    assert len(requirements) > 50
    assert len(locked()) == len(requirements)
    assert all(hashes > 0 for _, _, hashes in locked())


def test_the_lock_satisfies_every_dependency_of_the_project():
    project = repository.project()["project"]
    for text in project["dependencies"] + project["optional-dependencies"]["check"]:
        wanted = Requirement(text)
        versions = [version for name, version, _ in locked() if name == wanted.name.lower()]
        assert versions, f"{wanted.name} is not locked: make lock"
        assert all(map(wanted.specifier.contains, versions)), f"{versions} is locked, {text} is wanted: make lock"


def test_every_dependency_has_its_reason_in_the_decisions():
    decisions = "\n".join(path.read_text() for path in (repository.ROOT / "docs" / "decisions").glob("*.md"))
    project = repository.project()["project"]
    for text in project["dependencies"] + project["optional-dependencies"]["check"]:
        name = Requirement(text).name
        assert f"`{name}`" in decisions, f"docs/decisions does not say why {name} is used"


def test_every_package_folder_is_installed():
    declared = set(repository.project()["tool"]["setuptools"]["packages"])
    there = {
        repository.name_of(path.parent).replace("/", ".") for path in repository.modules() if path.name == "__init__.py"
    }
    assert declared == there


def test_no_test_can_be_skipped():
    # Put together here, so that this file does not hold what it forbids.
    marks = re.compile("pytest" + r"\.(mark\.)?(skip|skipif|importorskip|xfail)\b")
    found = [line for line in lines_with(marks) if line.startswith("tests/")]
    assert not found, "\n" + "\n".join(found)
