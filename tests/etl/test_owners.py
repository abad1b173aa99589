"""Whose files are: options, then sources.toml, then folders; by name or by pseudonym."""

import hashlib
import hmac
import stat

import pytest
from chat_files import all_chats, chat, reply, request
from gateway_rows import entry, log_file
from loads import load_json

from data.store import Store
from etl.context import Owner
from etl.files import find_files
from etl.owners import SourcesError, owners, read_sources
from etl.pseudonyms import HiddenNames, PseudonymError, Pseudonyms, pseudonyms_of


@pytest.fixture
def folder(tmp_path):
    for name in ["inbox/shop/ann/a.json", "inbox/shop/b.json", "inbox/c.json", "other/d.json"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}")
    return tmp_path


def owner_of(path, **options):
    return owners([path], **options).owner_of(find_files([path])[0])


def test_the_folders_below_an_inbox_name_project_and_person(folder):
    assert owner_of(folder / "inbox/shop/ann/a.json") == Owner("ann", "shop")
    assert owner_of(folder / "inbox/shop/b.json") == Owner(None, "shop")
    assert owner_of(folder / "inbox/c.json") == Owner(None, None)
    assert owner_of(folder / "other/d.json") == Owner(None, None)


def test_an_archive_counts_as_a_file_of_its_folder_unless_it_holds_an_inbox(folder):
    import zipfile

    with zipfile.ZipFile(folder / "inbox/shop/ann/x.zip", "w") as archive:
        archive.writestr("some/folder/a.json", "{}")
        archive.writestr("inbox/desk/bob/a.json", "{ }")
    path = folder / "inbox/shop/ann/x.zip"

    found = [owners([path]).owner_of(file) for file in find_files([path])]

    assert found == [Owner("bob", "desk"), Owner("ann", "shop")]


def test_options_go_before_sources_toml_and_that_before_folders(folder):
    (folder / "inbox/sources.toml").write_text(
        '[[file]]\npath = "shop/ann/*.json"\nperson = "Ann Lee"\n\n[[file]]\npath = "**"\nproject = "rest"\n'
    )
    path = folder / "inbox/shop/ann/a.json"

    assert owner_of(path) == Owner("Ann Lee", "shop")
    assert owner_of(path, person="bob") == Owner("bob", "shop")
    assert owner_of(path, project="desk") == Owner("Ann Lee", "desk")
    assert owner_of(folder / "inbox/c.json") == Owner(None, "rest")
    assert owner_of(folder / "inbox/shop/b.json") == Owner(None, "rest")


@pytest.mark.parametrize(
    ("pattern", "is_meant"),
    [
        ("shop/**", True),
        ("shop/*", False),
        ("shop/*/a.json", True),
        ("**/a.json", True),
        ("a.json", True),
        ("a.jso?", True),
        ("ann", False),
        ("shop/ann/", True),
        ("SHOP/**", False),
        ("shop/ann/a+json", False),
    ],
)
def test_a_star_stays_within_a_folder_and_two_stars_cross_them(folder, pattern, is_meant):
    (folder / "inbox/sources.toml").write_text(f'[[file]]\npath = "{pattern}"\nperson = "meant"\n')

    assert owner_of(folder / "inbox/shop/ann/a.json").person == ("meant" if is_meant else "ann")


def test_everything_wrong_in_a_sources_toml_is_said_at_once(tmp_path):
    (tmp_path / "sources.toml").write_text(
        '[[file]]\npath = "a"\npersn = "ann"\n[[file]]\nperson = 3\n[peple]\n[projects]\nteam = ""\n'
    )

    with pytest.raises(SourcesError) as wrong:
        owners([tmp_path])

    assert str(wrong.value).splitlines()[:8] == [
        f"{tmp_path}/sources.toml is wrong:",
        "  - unknown table 'peple'. Did you mean 'people'?",
        "  - [[file]] number 1: unknown key 'persn'. Did you mean 'person'?",
        "  - [[file]] number 1: neither 'person' nor 'project' is given.",
        "  - [[file]] number 2: 'person' must be a text that is not empty and at most 100 long.",
        "  - [[file]] number 2: 'path' is missing, the pattern of the files meant.",
        "  - [projects] 'team': the project must be a text that is not empty and at most 100 long.",
        "Expected, for example:",
    ]


def test_the_example_in_the_message_is_right(tmp_path):
    (tmp_path / "sources.toml").write_text("x = 1")
    with pytest.raises(SourcesError) as wrong:
        read_sources(tmp_path / "sources.toml")
    example = str(wrong.value).partition("for example:\n")[2]
    (tmp_path / "sources.toml").write_text(example)

    assert read_sources(tmp_path / "sources.toml").people == {"ann@example.org": "ann"}


def test_a_file_that_is_no_toml_is_said_to_be_so(tmp_path):
    (tmp_path / "sources.toml").write_text("[[file]\n")

    with pytest.raises(
        SourcesError, match=r"sources\.toml is wrong: line 1, column 7 is no TOML, expected .* \[\[file\]"
    ):
        owners([tmp_path])


def test_two_files_that_contradict_each_other_are_refused(tmp_path):
    for name, person in (("a", "ann"), ("b", "bob")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "sources.toml").write_text(f'[people]\n"u1" = "{person}"\n')

    with pytest.raises(SourcesError, match=r"'u1' is 'bob' in .*/b/sources.toml and 'ann' in .*/a/sources.toml"):
        owners([tmp_path / "a", tmp_path / "b"])


def test_gateway_users_addresses_aliases_key_hashes_and_teams_are_mapped(tmp_path):
    key = "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b"
    (tmp_path / "sources.toml").write_text(
        f'[people]\n"user-17" = "ann"\n"Ann@Example.org" = "ann"\n"{key}" = "bob"\n[projects]\n"team-web" = "shop"\n'
    )
    known = owners([tmp_path])

    assert known.person_of_gateway_user("user-17") == "ann"
    assert known.person_of_gateway_user("ann@example.ORG") == "ann"
    assert known.person_of_gateway_user(key[:16]) == "bob"
    assert known.person_of_gateway_user("user-18") == "user-18"
    assert known.person_of_gateway_user("") is None
    assert known.person_of_gateway_user(None) is None
    assert (known.is_mapped(key), known.is_mapped("user-18")) == (True, False)
    assert (known.project_of_team("team-web"), known.project_of_team("team-x")) == ("shop", "team-x")


def test_names_are_composed_and_on_one_line(folder):
    assert owner_of(folder / "other/d.json", person=" Jo\u0308rg\n X ") == Owner("J\u00f6rg X", None)
    with pytest.raises(SourcesError, match="--person must be a name"):
        owners([folder], person="  ")


def test_a_pseudonym_is_eight_digits_of_a_keyed_hash():
    key = b"0123456789abcdef"
    expected = hmac.new(key, b"ann", hashlib.sha256).hexdigest()[:8]

    assert Pseudonyms(key).of("ann") == f"p-{expected}"


def test_a_pseudonymous_store_stays_so_and_keeps_one_private_key(tmp_path):
    store = Store(f"sqlite:///{tmp_path}/x.db")

    first = pseudonyms_of(store, wanted=True)
    second = pseudonyms_of(store, wanted=False)

    assert first is not None
    assert first == second
    assert stat.S_IMODE((tmp_path / "pseudonym.key").stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir() if "key" in path.name) == ["pseudonym.key"]


def test_files_and_gateway_rows_of_a_person_have_the_same_pseudonym_and_no_name_is_stored(folder, tmp_path):
    (folder / "inbox/sources.toml").write_text('[people]\n"user-17" = "ann"\n')
    path = folder / "inbox/shop/ann/a.json"
    file = find_files([path])[0]
    known = owners([path], pseudonyms=Pseudonyms(b"0123456789abcdef"))
    pseudonym = known.owner_of(file).person

    assert pseudonym is not None
    assert pseudonym.startswith("p-")
    assert known.person_of_gateway_user("user-17") == pseudonym
    assert known.person_of_gateway_user("user-18") != "user-18"
    assert known.stored_name(file).endswith(f"inbox/shop/{pseudonym}/a.json")
    assert "ann" not in known.stored_path(file)


def test_names_and_pseudonyms_are_never_mixed(tmp_path):
    store = Store(f"sqlite:///{tmp_path}/x.db")
    assert pseudonyms_of(store, wanted=False) is None
    with store.writing() as connection:
        connection.execute(
            "INSERT INTO load (file_name, file_sha256, kind, read_count, loaded_count, known_count, quarantined_count, "
            "is_demo, boltscope_version) VALUES ('a', 'b', 'bolt_chats', 0, 0, 0, 0, 0, '0')"
        )

    with pytest.raises(PseudonymError, match="already holds people by name"):
        pseudonyms_of(store, wanted=True)


def test_an_empty_store_may_still_change_to_pseudonyms(tmp_path):
    store = Store(f"sqlite:///{tmp_path}/x.db")
    assert pseudonyms_of(store, wanted=False) is None
    assert pseudonyms_of(store, wanted=True) is not None


def test_another_missing_or_open_key_is_refused(tmp_path, monkeypatch):
    store = Store(f"sqlite:///{tmp_path}/x.db")
    pseudonyms_of(store, wanted=True)
    key = tmp_path / "pseudonym.key"

    key.chmod(0o644)
    with pytest.raises(PseudonymError, match="chmod 600"):
        pseudonyms_of(store, wanted=False)
    key.unlink()
    with pytest.raises(PseudonymError, match="cannot be read"):
        pseudonyms_of(store, wanted=False)
    monkeypatch.setenv("BOLTSCOPE_PSEUDONYM_KEY", "another key of enough length")
    with pytest.raises(PseudonymError, match="made with another pseudonym key"):
        pseudonyms_of(store, wanted=False)
    monkeypatch.setenv("BOLTSCOPE_PSEUDONYM_KEY", "short")
    with pytest.raises(PseudonymError, match="too short"):
        pseudonyms_of(store, wanted=False)


def test_the_key_can_come_from_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("BOLTSCOPE_PSEUDONYM_KEY", "a key of enough length")
    store = Store(f"sqlite:///{tmp_path}/x.db")

    assert pseudonyms_of(store, wanted=True) == Pseudonyms(b"a key of enough length")
    assert not (tmp_path / "pseudonym.key").exists()


def test_with_pseudonyms_no_name_gets_through_targets_addresses_and_titles(folder):
    (folder / "inbox/sources.toml").write_text(
        '[people]\n"ann.smith@example.org" = "Ann Smith"\n"bob-laptop" = "bob"\n'
        '"88dc28d0f030c55ed4ab77ed8faf0981" = "bob"\n'
    )
    named = owners([folder / "inbox/shop/ann/a.json"], person="Ann Smith")
    assert named.owner_of(find_files([folder / "inbox/shop/ann/a.json"])[0]).hidden_names is None

    named.pseudonyms = Pseudonyms(b"0123456789abcdef")
    ann, bob = named.pseudonyms.of("Ann Smith"), named.pseudonyms.of("bob")
    hidden = named.owner_of(find_files([folder / "inbox/shop/ann/a.json"])[0]).hidden_names

    assert hidden is not None
    assert hidden.in_text("Ann's shop by annSmith, for BOB") == f"{ann}'s shop by {ann}, for {bob}"
    assert hidden.in_text("ann-smith-portfolio_2") == f"{ann}-portfolio_2"
    assert hidden.in_text("A banner for bobsled annals") == "A banner for bobsled annals"
    assert hidden.in_target("ann.smith/shop") == f"{ann}/shop"
    assert hidden.in_target("group/ann.smith/shop") == f"{named.pseudonyms.of('group')}/{ann}/shop"
    assert hidden.in_target("shop") == "shop"
    assert hidden.in_address("https://gitlab.com:8443/ann.smith/shop.git") == f"https://gitlab.com:8443/{ann}/shop.git"
    assert hidden.in_address("gitlab.com:carol/shop.git") == f"gitlab.com:{named.pseudonyms.of('carol')}/shop.git"
    assert hidden.in_address("https://github.com/[secret]/a") == "https://github.com/[secret]/a"
    assert hidden.in_address("https://ann-smith.example.org/x") == (
        f"https://{ann}.example.org/{named.pseudonyms.of('x')}"
    )


def test_without_an_owner_pseudonyms_still_replace_who_a_repository_belongs_to():
    hidden = HiddenNames(Pseudonyms(b"0123456789abcdef"), None)

    assert hidden.in_text("Ann's shop") == "Ann's shop"
    assert hidden.in_target("ann/shop") == f"{Pseudonyms(b'0123456789abcdef').of('ann')}/shop"


def test_a_pseudonymous_store_and_its_exports_name_nobody(folder, monkeypatch):
    monkeypatch.setenv("BOLTSCOPE_PSEUDONYM_KEY", "0123456789abcdef")
    home = folder / "inbox/shop/ann.smith"
    record = chat("1", [request("m1", "Add a page", 0), reply("r1", "Done.", 0)], title="Git Project:ann-smith-shop")
    record |= {"urlId": "ann-smith-shop", "metadata": {"gitUrl": "https://gitlab.com/ann.smith/shop.git"}}
    all_chats(home / "chats.json", [record])
    done = "GitLab deployment completed successfully"
    log_file(home / "log.json", entry(done, 3, 0, projectPath="ann.smith/shop", filesCount=3))
    url = f"sqlite:///{folder / 'store.db'}"

    summary = load_json(url, "--pseudonymous", home)

    assert [file["quarantined"] for file in summary["files"]] == [0, 0]
    store = Store(url, create=False)
    (ann,) = next(iter(store.rows("SELECT person FROM load")))
    assert store.rows("SELECT title, url_id, git_url FROM chat") == [
        (f"Git Project:{ann}-shop", f"{ann}-shop", f"https://gitlab.com/{ann}/shop.git")
    ]
    assert store.rows("SELECT target FROM deployment") == [(f"{ann}/shop",)]
    with store.reading() as connection:
        assert "smith" not in "\n".join(connection.iterdump()).lower()
