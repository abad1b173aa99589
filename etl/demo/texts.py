"""Words of the demo: requests, replies, titles, names of files. Requests hold a class's words only where meant."""

from dataclasses import dataclass
from typing import Any

from etl.demo.randomness import Chance

_NOUNS: dict[str, tuple[str, ...]] = {
    "storefront": (
        "Cart",
        "Checkout",
        "Product",
        "Voucher",
        "Wishlist",
        "Order",
        "Delivery",
        "Gallery",
        "Rating",
        "Search",
    ),
    "backoffice": (
        "Invoice",
        "Customer",
        "Ledger",
        "Payout",
        "Ticket",
        "Supplier",
        "Contract",
        "Report",
        "Tax",
        "Refund",
    ),
    "field-app": ("Visit", "Route", "Asset", "Checklist", "Photo", "Meter", "Shift", "Vehicle", "Part", "Signature"),
}
_PLACES = ("overview", "detail page", "side panel", "settings page", "start page", "print view")
_PARTS = ("Card", "List", "Panel", "Form", "Dialog", "Row", "Summary", "Filter", "Badge", "Table", "Header", "Chart")
_LOOKS = ("calmer", "wider", "easier to scan", "sticky", "collapsible", "denser", "darker", "larger on phones")
_ABILITIES = (
    "filters that stay after a reload",
    "sorting by date",
    "an export as CSV",
    "keyboard shortcuts",
    "an empty state with a hint",
    "inline editing",
    "a confirmation before deleting",
    "paging by fifty",
    "a total at the bottom",
    "a search box",
)
_SYMPTOMS = (
    "it shows yesterday's figures",
    "the total is off by one",
    "it jumps when the page loads",
    "the date is a day early",
    "it stays empty after a reload",
    "the button does nothing on the second click",
)
_QUESTIONS = (
    "How does the {noun} {place} decide what to show first?",
    "What would it take to use the {noun} data offline?",
    "Explain how the {noun} state flows through the {place}.",
    "Which parts of the {noun} {place} should have tests first?",
    "Is the {noun} table ready for ten times the rows?",
    "Compare two ways to cache the {noun} list.",
)
_OPENINGS = (
    "Here is the change.",
    "I have updated the files below.",
    "Let me do that step by step.",
    "Sure, here it is.",
)
_CLOSINGS = (
    "Have a look at the preview.",
    "The list updates at once.",
    "Tell me if the spacing should differ.",
    "Done ✅",
    "All set 🎉",
)
_THOUGHTS = (
    "The {noun} view reads from one place, so the order is decided before anything is drawn.",
    "A short cache in front of the list is enough; the rows change rarely.",
    "I would start with the totals, since a wrong sum is noticed last.",
    "Both ways work; the second one is simpler to undo.",
    "For the {place} the list is loaded first, and the details follow when a row is opened.",
    "Ten times the rows is fine with an index on the date — beyond that, page on the server.",
)
# Files in places where a mistake costs more.
_SENSITIVE = (
    ("src/auth/session{n}.ts", "session"),
    ("src/billing/invoice{n}.ts", "invoice"),
    (".env.example", "environment"),
    ("supabase/migrations/00{n}_orders.sql", "Orders"),
    ("netlify/edge{n}.ts", "edge"),
    ("src/integrations/payments{n}.ts", "payments"),
)


@dataclass(frozen=True)
class Tool:
    """A tool of an MCP server, with what it is called with and what it says."""

    server: str
    name: str
    description: str
    arguments: dict[str, Any]
    result: str


TOOLS = (
    Tool(
        "context7", "resolve-library-id", "Resolves a package name to a Context7 library id",
        {"libraryName": "react"}, "/facebook/react",
    ),
    Tool("context7", "get-library-docs", "Fetches documentation", {"topic": "hooks"}, "useMemo caches a value"),
    Tool("postgres", "query", "Runs a read-only query", {"sql": "select count(*) from orders"}, "1204"),
    Tool("github", "create_issue", "Creates an issue in a repository", {"title": "Follow-up"}, "#118"),
    Tool("github", "search_code", "Searches code in repositories", {"q": "formatDate"}, "3 results"),
)  # fmt: skip


class Wording:
    """Requests and names for the chats of one project."""

    def __init__(self, project: str, chance: Chance) -> None:
        self._nouns = _NOUNS[project]
        self._project = project
        self._chance = chance

    def request(self, task_class: str) -> str:
        """Return a request of the class."""
        chance = self._chance
        noun, place = self.noun(), chance.choice(_PLACES)
        ability, look = chance.choice(_ABILITIES), chance.choice(_LOOKS)
        part = chance.choice(_PARTS).lower()
        if task_class == "scaffold":
            return f"Build a {noun.lower()} app with a {part}, {ability} and a {place}."
        if task_class == "feature":
            return f"Add a {noun.lower()} {part} to the {place}, with {ability}."
        if task_class == "fix":
            return f"Fix the {noun.lower()} {part} on the {place}: {chance.choice(_SYMPTOMS)}."
        if task_class == "batch":
            return f"Use the new {noun.lower()} {part} on all pages and make it {look}."
        if task_class == "refactor":
            return f"Split the {noun.lower()} {place} into smaller components, and share the {part} between them."
        if task_class == "discuss":
            return chance.choice(_QUESTIONS).format(noun=noun.lower(), place=place)
        return f"Make the {noun.lower()} {part} on the {place} {look}, and keep {chance.choice(_ABILITIES)}."

    def noun(self) -> str:
        """Return a thing of the project."""
        return self._chance.choice(self._nouns)

    def title(self) -> str:
        """Return the title of an artifact."""
        return f"{self.noun()} {self._chance.choice(_PARTS).lower()}"

    def opening(self) -> str:
        """Return the first sentence of a reply."""
        return self._chance.choice(_OPENINGS)

    def closing(self) -> str:
        """Return the last sentence of a reply."""
        return self._chance.choice(_CLOSINGS)

    def answer(self) -> str:
        """Return a reply that changes nothing."""
        chance = self._chance
        sentences = chance.several(_THOUGHTS, chance.randrange(2, 5))
        return "\n\n".join(text.format(noun=self.noun().lower(), place=chance.choice(_PLACES)) for text in sentences)

    def summary(self) -> str:
        """Return the summary of a chat that bolt.diy asks for."""
        return (
            f"# Project Overview\n- **Project**: {self.noun()} app ({self._project})\n- **Current Phase**: building\n"
            "- **Tech Stack**: React, Vite, TypeScript\n\n# Requirements\n"
            f"- **Open**: {self._chance.choice(_ABILITIES)}"
        )

    def fix_request(self) -> str:
        """Return the text that the app sends when a person asks it to mend what went wrong."""
        chance, noun = self._chance, self.noun()
        return chance.weighted(
            {
                "*Fix this preview error* \n```js\nUncaught TypeError: Cannot read properties of undefined "
                f"(reading '{noun.lower()}')\n```\n": 5,
                "*Fix this terminal error* \n```sh\nError: Cannot find module "
                f"'./components/{noun}{chance.choice(_PARTS)}'\n```\n": 3,
                "*Fix this deployment error*\n```\nBuild failed: 1 unresolved import\n```\n": 1,
                "*Error executing Supabase query please fix and return the query again*\n```\nrelation "
                f'"{noun.lower()}" does not exist\n```\n': 1,
            }
        )

    def new_path(self, taken: set[str]) -> tuple[str, str]:
        """Return a path that the chat has not seen, and the name of what is in it; it counts as taken from now on."""
        while True:
            path, stem = self._candidate(len(taken))
            if path not in taken:
                taken.add(path)
                return path, stem

    def _candidate(self, number: int) -> tuple[str, str]:
        chance, noun = self._chance, self.noun()
        kind = chance.random()
        if kind < 0.1:
            path, stem = chance.choice(_SENSITIVE)
            return path.format(n=number), stem
        if kind < 0.66:
            name = f"{noun}{chance.choice(_PARTS)}{number}"
            return f"src/components/{name}.tsx", name
        if kind < 0.78:
            return f"src/pages/{noun}Page{number}.tsx", f"{noun}Page"
        if kind < 0.94:
            return f"src/lib/{noun.lower()}Data{number}.ts", noun.lower()
        return f"src/styles/{noun.lower()}{number}.css", noun.lower()
