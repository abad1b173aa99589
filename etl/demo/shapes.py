"""Messages and chats of bolt.diy: keys, their order and their values as its browser app writes them."""

import json
from typing import Any

from etl.demo.calendar import iso
from etl.demo.randomness import Chance
from etl.demo.routes import Route

Record = dict[str, Any]

# A single transparent pixel.
_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
_CONTINUE_WITH_TEMPLATE = (
    "\n---\ntemplate import is done, and you can now use the imported files,\nedit only the files that need to be "
    "changed, and you can create new files as needed.\n---\nNow that the Template is imported please continue with my "
    "original request\n"
)


def prefixed(route: Route, words: str) -> str:
    """Return the text of a request with the model and provider that were picked, as bolt.diy sends it."""
    return f"[Model: {route.model}]\n\n[Provider: {route.bolt_provider}]\n\n{words}"


def utf16_length(text: str) -> int:
    """Return the length as JavaScript counts it."""
    return len(text.encode("utf-16-le")) // 2


def first_request(text: str, moment: int) -> Record:
    """Return the first request of a chat: its id is the clock, and it has no time."""
    return {"id": str(moment), "role": "user", "content": text, "parts": [{"type": "text", "text": text}]}


def later_request(text: str, moment: int, chance: Chance, *, has_image: bool = False) -> Record:
    """Return a request in a chat that has begun."""
    parts: list[Record] = [{"type": "text", "text": text}]
    record: Record = {"role": "user", "content": text, "parts": parts}
    if has_image:
        parts.append({"type": "file", "mimeType": "image/png", "data": _PIXEL})
        record["experimental_attachments"] = [
            {"name": "screenshot.png", "contentType": "image/png", "url": f"data:image/png;base64,{_PIXEL}"}
        ]
    return record | {"id": chance.letters(16), "createdAt": iso(moment)}


def quick_action(text: str, moment: int) -> Record:
    """Return a request sent by a button in a reply: content is a list of parts."""
    return {
        "id": f"quick-action-implement-{moment}",
        "content": [{"type": "text", "text": text}],
        "role": "user",
        "createdAt": iso(moment),
    }


def template_start(route: Route, words: str, dump: str, moment: int) -> list[Record]:
    """Return the three messages of a chat that begins with a starter template."""
    request, hidden = prefixed(route, words), prefixed(route, _CONTINUE_WITH_TEMPLATE)
    return [
        {"id": f"1-{moment}", "role": "user", "content": request, "parts": [{"type": "text", "text": request}]},
        {"id": f"2-{moment}", "role": "assistant", "content": dump, "parts": [{"type": "text", "text": dump}]},
        {
            "id": f"3-{moment}",
            "role": "user",
            "content": hidden,
            "annotations": ["hidden"],
            "parts": [{"type": "text", "text": hidden}],
        },
    ]


def reply(
    moment: int, parts: list[Record], annotations: list[Record], chance: Chance, *, is_started: bool = True
) -> Record:
    """Return a reply; one that failed before the model began has a short id and nothing in it."""
    text = "".join(part["text"] for part in parts if part["type"] == "text")
    record: Record = {
        "id": f"msg-{chance.letters(24)}" if is_started else chance.letters(16),
        "createdAt": iso(moment),
        "role": "assistant",
        "content": text,
        "parts": parts,
    }
    invocations = [part["toolInvocation"] for part in parts if part["type"] == "tool-invocation"]
    if invocations:
        record["toolInvocations"] = invocations
    if annotations:
        record["annotations"] = annotations
    return record | {"revisionId": chance.letters(16)}


def usage_note(prompt: int, completion: int) -> Record:
    """Return the tokens of one HTTP request, in bolt.diy's order of keys."""
    value = {"completionTokens": completion, "promptTokens": prompt, "totalTokens": prompt + completion}
    return {"type": "usage", "value": value}


def summary_note(summary: str, message_id: str) -> Record:
    """Return the summary of the chat; its chatId is the id of the last message of the request."""
    return {"type": "chatSummary", "summary": summary, "chatId": message_id}


def context_note(paths: list[str]) -> Record:
    """Return which files were chosen as context; paths without a leading slash."""
    return {"type": "codeContext", "files": paths}


def tool_note(tool_call_id: str, server: str, tool: str, description: str) -> Record:
    """Return which server a called tool belongs to."""
    return {
        "type": "toolCall",
        "toolCallId": tool_call_id,
        "serverName": server,
        "toolName": tool,
        "toolDescription": description,
    }


def tool_part(tool_call_id: str, tool: str, arguments: Record, result: Any | None) -> Record:
    """Return a call of a tool; without a result it waits for a decision."""
    invocation: Record = {
        "state": "call" if result is None else "result",
        "step": 0,
        "toolCallId": tool_call_id,
        "toolName": tool,
        "args": arguments,
    }
    if result is not None:
        invocation["result"] = result
    return {"type": "tool-invocation", "toolInvocation": invocation}


def imported_copy(message: Record, moment: int) -> Record:
    """Return what a data-tab import leaves of a message: no times, parts or annotations."""
    return {"id": message["id"], "role": message["role"], "content": message["content"], "timestamp": moment}


def json_text(value: Any, indent: int = 0) -> str:
    """Return JSON as JSON.stringify(value, null, 2) writes it, with every line but the first indented further."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return text.replace("\n", "\n" + " " * indent) if indent else text
