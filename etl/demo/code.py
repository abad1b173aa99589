"""Contents of files: small, plausible TypeScript, styles and settings, and changes of them."""

from etl.demo.randomness import Chance

_FIELDS = (
    "id",
    "title",
    "total",
    "status",
    "createdAt",
    "owner",
    "quantity",
    "price",
    "note",
    "position",
    "label",
    "dueOn",
)
_TYPES = {"total": "number", "quantity": "number", "price": "number", "position": "number"}
_CLASSES = (
    "rounded-lg border p-4",
    "flex items-center gap-2",
    "grid grid-cols-2 gap-4",
    "text-sm text-slate-500",
    "font-medium",
)
_STATE = ("open", "selected", "query", "page", "draft", "filter")
_NOTES = (
    "Kept here so that both pages read the same rule.",
    "Sorted once; the list stays short.",
    "Rounded at the end, never in between.",
    "The server sends minor units.",
)


def component(name: str, chance: Chance) -> list[str]:
    """Return the lines of a React component."""
    fields = chance.several(_FIELDS, chance.randrange(2, 5))
    state = chance.choice(_STATE)
    lines = ["import { useMemo, useState } from 'react';", "", f"export interface {name}Props {{"]
    lines += [f"  {field}: {_TYPES.get(field, 'string')};" for field in fields]
    lines += ["}", "", f"export function {name}({{ {', '.join(fields)} }}: {name}Props) {{"]
    lines += [f"  const [{state}, set{state.capitalize()}] = useState(false);"]
    lines += [f"  const heading = useMemo(() => `${{{fields[0]}}}`.trim(), [{fields[0]}]);", "", "  return ("]
    lines += [f'    <section className="{chance.choice(_CLASSES)}">', "      <h2>{heading}</h2>"]
    lines += [f'      <p className="{chance.choice(_CLASSES)}">{{{field}}}</p>' for field in fields[1:]]
    lines += [f"      <button onClick={{() => set{state.capitalize()}(!{state})}}>Toggle</button>"]
    return [*lines, "    </section>", "  );", "}"]


def module(name: str, chance: Chance) -> list[str]:
    """Return the lines of a TypeScript module with a few functions."""
    fields = chance.several(_FIELDS, 3)
    lines = [f"export type {name.capitalize()} = {{"]
    lines += [f"  {field}: {_TYPES.get(field, 'string')};" for field in fields]
    lines += ["};", "", f"// {chance.choice(_NOTES)}"]
    lines += [f"export function sort{name.capitalize()}(items: {name.capitalize()}[]) {{"]
    lines += [f"  return [...items].sort((a, b) => String(a.{fields[0]}).localeCompare(String(b.{fields[0]})));", "}"]
    if chance.happens(0.6):
        lines += ["", f"export const {name}Limit = {chance.randrange(5, 200)};"]
    return lines


def styles(chance: Chance) -> list[str]:
    """Return the lines of a style sheet."""
    lines = [":root {", f"  --gap: {chance.randrange(4, 24)}px;", f"  --accent: #{chance.hexadecimal(6)};", "}"]
    for selector in chance.several((".card", ".list", ".toolbar", ".badge"), 2):
        lines += ["", f"{selector} {{", "  display: grid;", f"  padding: {chance.randrange(4, 20)}px;", "}"]
    return lines


def settings(chance: Chance) -> list[str]:
    """Return the lines of a file with settings."""
    return [
        f"VITE_PAGE_SIZE={chance.randrange(10, 100)}",
        f"VITE_LOCALE=en-{chance.choice(('GB', 'US', 'IE'))}",
        "VITE_API=/api",
    ]


def migration(table: str, chance: Chance) -> list[str]:
    """Return the lines of a database migration."""
    columns = [
        f"  {field.lower()} {'numeric' if field in _TYPES else 'text'}," for field in chance.several(_FIELDS[1:], 3)
    ]
    return [f"create table {table.lower()} (", *columns, "  created_at timestamptz default now()", ");"]


def manifest(name: str) -> list[str]:
    """Return the lines of package.json."""
    return [
        "{",
        f'  "name": "{name}",',
        '  "private": true,',
        '  "scripts": { "dev": "vite", "build": "vite build" },',
        '  "dependencies": { "react": "^18.3.1", "react-dom": "^18.3.1" }',
        "}",
    ]


def new_file(path: str, stem: str, chance: Chance) -> str:
    """Return the content of a new file, by its kind."""
    if path.endswith("package.json"):
        lines = manifest(stem)
    elif path.endswith(".tsx"):
        lines = component(stem, chance)
    elif path.endswith(".css"):
        lines = styles(chance)
    elif path.endswith(".sql"):
        lines = migration(stem, chance)
    elif path.endswith(".ts"):
        lines = module(stem, chance)
    else:
        lines = settings(chance)
    return "\n".join(lines)


def changed(content: str, path: str, chance: Chance) -> str:
    """Return the content with some lines replaced and some added; never the same as before."""
    lines = content.split("\n")
    for _ in range(chance.randrange(1, 4)):
        place = chance.randrange(len(lines))
        added = _line_for(path, chance)
        if chance.happens(0.4) and len(lines) > 8:
            lines[place] = added
        else:
            lines.insert(place, added)
    return "\n".join(lines)


def _line_for(path: str, chance: Chance) -> str:
    mark = chance.base36(5)
    if path.endswith(".tsx"):
        return f'      <span data-part="{mark}" className="{chance.choice(_CLASSES)}" />'
    if path.endswith(".css"):
        return f".part-{mark} {{ margin: {chance.randrange(24)}px; }}"
    if path.endswith(".sql"):
        return f"-- step {mark}"
    if path.endswith(".ts"):
        return f"export const part_{mark} = {chance.randrange(1000)};"
    if path.endswith(".json"):
        return f'  "x-{mark}": "{chance.randrange(1000)}",'
    return f"VITE_PART_{mark.upper()}={chance.randrange(1000)}"
