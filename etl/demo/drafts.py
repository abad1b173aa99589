"""What a reply says: sentences, files and commands, whole or cut off."""

from dataclasses import dataclass, field

from etl.demo.code import changed, manifest, new_file
from etl.demo.conversation import Chat
from etl.demo.randomness import Chance
from etl.demo.texts import Wording

_START = '<boltAction type="shell">npm install</boltAction>\n\n<boltAction type="start">npm run dev</boltAction>\n'


@dataclass
class Draft:
    """A reply before it is sent."""

    text: str
    title: str | None = None
    files: dict[str, str] = field(default_factory=dict[str, str])
    """New contents of the files that it writes in full."""
    is_closed: bool = True


def answer(wording: Wording) -> Draft:
    """Return a reply that changes nothing."""
    return Draft(wording.answer())


def change(kind: str, chat: Chat, wording: Wording, chance: Chance, *, has_template: bool = False) -> Draft:
    """Return a reply that writes files, by the kind of task."""
    files: dict[str, str] = {}
    if kind == "scaffold":
        files["src/App.tsx"] = new_file("src/App.tsx", "App", chance)
        if not has_template:
            files["package.json"] = "\n".join(manifest(wording.noun().lower()))
        chat.taken_paths.update(files)
        _add_new(files, 2, chat, wording, chance)
    elif kind == "feature":
        _add_new(files, 1 + chance.happens(0.35), chat, wording, chance)
        _add_edits(files, int(chance.happens(0.4)), chat, chance)
    else:
        count = {"refactor": 5 + chance.happens(0.3), "batch": chance.randrange(2, 4)}.get(
            kind, 1 + chance.happens(0.25)
        )
        _add_edits(files, count, chat, chance)
    return _draft(files, wording, chance, commands=_START if kind == "scaffold" else _commands(kind, chance))


def repair(paths: tuple[str, ...], chat: Chat, wording: Wording, chance: Chance) -> Draft:
    """Return a reply to an automatic fix request: one file of the patch before, written again."""
    path = chance.choice(paths)
    return _draft({path: changed(chat.contents[path], path, chance)}, wording, chance)


def cut_off(draft: Draft, chat: Chat, chance: Chance) -> Draft:
    """Return the draft with one file action more, which ends in the middle."""
    path = chance.choice(chat.own_paths or list(draft.files))
    body = draft.text[: draft.text.rindex("</boltArtifact>")]
    text = f'{body}<boltAction type="file" filePath="{path}">\nimport {{ useState }} from \'react\';\nexport function'
    return Draft(text, draft.title, draft.files, is_closed=False)


def stopped(draft: Draft, chance: Chance) -> Draft:
    """Return the beginning of the draft, as far as it came when the person stopped it: seldom with a whole file."""
    first_end = draft.text.find("</boltAction>")
    if first_end >= 0 and chance.happens(0.3):
        path = next(iter(draft.files))
        end = first_end + len("</boltAction>") + 1
        return Draft(draft.text[:end], draft.title, {path: draft.files[path]}, is_closed=False)
    end = draft.text.find("\n\n")
    return Draft(draft.text[: end if end > 0 else len(draft.text) // 2])


def template_dump(title: str) -> tuple[str, dict[str, str]]:
    """Return the message in which a starter template arrives, and its files."""
    files = {
        "package.json": '{ "name": "vite-react-typescript-starter" }',
        "vite.config.ts": "import { defineConfig } from 'vite';\n\nexport default defineConfig({});",
    }
    actions = "".join(
        f'<boltAction type="file" filePath="{path}">\n{text}\n</boltAction>\n' for path, text in files.items()
    )
    dump = (
        "\nBolt is initializing your project with the required files using the Vite React template.\n"
        f'<boltArtifact id="imported-files" title="{title}" type="bundled">\n{actions}</boltArtifact>\n'
    )
    return dump, files


def edited_files(files: dict[str, str], moment: int) -> str:
    """Return what bolt.diy puts before a request when the person saved files since the last reply."""
    actions = "\n\n".join(
        f'<boltAction type="file" filePath="/home/project/{path}">\n{text}\n\n</boltAction>'
        for path, text in files.items()
    )
    return f'\n<boltArtifact id="{moment}" title="User Updated Files">\n\n{actions}\n\n</boltArtifact>\n  '


def _add_new(files: dict[str, str], count: int, chat: Chat, wording: Wording, chance: Chance) -> None:
    for _ in range(count):
        path, stem = wording.new_path(chat.taken_paths)
        files[path] = new_file(path, stem, chance)


def _add_edits(files: dict[str, str], count: int, chat: Chat, chance: Chance) -> None:
    for path in chance.several(chat.own_paths, count):
        files[path] = changed(chat.contents[path], path, chance)


def _commands(kind: str, chance: Chance) -> str:
    if kind == "feature" and chance.happens(0.15):
        return '<boltAction type="shell">npm install date-fns</boltAction>\n'
    if kind == "refactor" and chance.happens(0.4):
        return '<boltAction type="shell">npx tsc --noEmit</boltAction>\n'
    if kind == "feature" and chance.happens(0.04):
        return (
            '<boltAction type="supabase" operation="query" projectId="${projectId}">select count(*) from orders;'
            "</boltAction>\n"
        )
    return ""


def _draft(files: dict[str, str], wording: Wording, chance: Chance, commands: str = "") -> Draft:
    title = wording.title()
    slug = f"{title.lower().replace(' ', '-')}-{chance.base36(4)}"
    actions = "\n".join(
        f'<boltAction type="file" filePath="{path}">\n{text}\n</boltAction>\n' for path, text in files.items()
    )
    extra = f"\n{commands}" if commands else ""
    text = (
        f'{wording.opening()}\n\n<boltArtifact id="{slug}" title="{title}">\n{actions}{extra}</boltArtifact>\n\n'
        f"{wording.closing()}"
    )
    return Draft(text, title, files)
