"""Kind of a provider error, from the name, the code and the text that a source gives; the text itself is never kept.

Tables tried in this order: texts that say more than the name does, names of error classes, HTTP codes, texts that only
describe. The first row that fits names the kind; when nothing fits the kind is unknown, never a guess.
"""

import re
from functools import lru_cache

from data.words import ErrorKind

# A provider reports these under the name of another error: used-up credit as 429, a full context as a bad request.
_TELLING_TEXTS: dict[ErrorKind, tuple[str, ...]] = {
    ErrorKind.QUOTA: (
        r"insufficient[_ ]quota",
        r"exceeded your current quota",
        r"quota exceeded",
        r"budget has been exceeded",
        r"exceededbudget",
        r"budget_exceeded",
        r"over budget",
        r"credit balance",
        r"insufficient (?:credit|balance|funds)",
        r"billing",
        r"payment required",
        r"out of credits",
        r"requires more credits",
    ),
    ErrorKind.CONTEXT_WINDOW: (
        r"context[_ ](?:length|window)",
        r"maximum context",
        r"prompt is too long",
        r"too many (?:input )?tokens",
        r"input is too long",
        r"token limit exceeded",
        r"exceeds? the (?:maximum|model'?s) (?:number of )?tokens",
        r"string too long",
        r"input token count .* exceeds",
        r"reduce the length of the messages",
    ),
    ErrorKind.CONTENT_FILTER: (
        r"content[_ ](?:policy|filter|management)",
        r"responsible ?ai",
        r"safety (?:system|settings)",
        r"flagged (?:as|by)",
        r"blocked by (?:the )?guardrail",
        r"violated guardrail",
    ),
    ErrorKind.CONFIG: (
        r"invalid model (?:name|selected)",
        r"model[_ ]not[_ ]found",
        r"model .{0,120}(?:does not exist|not found|is not supported)",
        r"no (?:healthy )?deployments",
        r"llm provider not provided",
        r"(?:unknown|unsupported) model",
        r"no endpoints found",
    ),
}

_CLASSES: dict[str, ErrorKind] = {
    "authenticationerror": ErrorKind.AUTH,
    "permissiondeniederror": ErrorKind.AUTH,
    "unauthorizederror": ErrorKind.AUTH,
    "forbiddenerror": ErrorKind.AUTH,
    "accessdeniedexception": ErrorKind.AUTH,
    "unrecognizedclientexception": ErrorKind.AUTH,
    "loadapikeyerror": ErrorKind.AUTH,
    "budgetexceedederror": ErrorKind.QUOTA,
    "insufficientquotaerror": ErrorKind.QUOTA,
    "ratelimiterror": ErrorKind.RATE_LIMIT,
    "toomanyrequestserror": ErrorKind.RATE_LIMIT,
    "throttlingexception": ErrorKind.RATE_LIMIT,
    "routerratelimiterror": ErrorKind.RATE_LIMIT,
    "routerratelimiterrorbasic": ErrorKind.RATE_LIMIT,
    "timeout": ErrorKind.TIMEOUT,
    "timeouterror": ErrorKind.TIMEOUT,
    "apitimeouterror": ErrorKind.TIMEOUT,
    "readtimeout": ErrorKind.TIMEOUT,
    "connecttimeout": ErrorKind.TIMEOUT,
    "deadlineexceeded": ErrorKind.TIMEOUT,
    "serviceunavailableerror": ErrorKind.TRANSIENT,
    "internalservererror": ErrorKind.TRANSIENT,
    "badgatewayerror": ErrorKind.TRANSIENT,
    "apiconnectionerror": ErrorKind.TRANSIENT,
    "apierror": ErrorKind.TRANSIENT,
    "midstreamfallbackerror": ErrorKind.TRANSIENT,
    "connecterror": ErrorKind.TRANSIENT,
    "readerror": ErrorKind.TRANSIENT,
    "remoteprotocolerror": ErrorKind.TRANSIENT,
    "overloadederror": ErrorKind.TRANSIENT,
    "apiresponsevalidationerror": ErrorKind.TRANSIENT,
    "jsondecodeerror": ErrorKind.TRANSIENT,
    "contextwindowexceedederror": ErrorKind.CONTEXT_WINDOW,
    "contentpolicyviolationerror": ErrorKind.CONTENT_FILTER,
    "contentfiltererror": ErrorKind.CONTENT_FILTER,
    "guardrailraisedexception": ErrorKind.CONTENT_FILTER,
    "blockedpiientityerror": ErrorKind.CONTENT_FILTER,
    "rejectedrequesterror": ErrorKind.CONTENT_FILTER,
    "badrequesterror": ErrorKind.INVALID_REQUEST,
    "invalidrequesterror": ErrorKind.INVALID_REQUEST,
    "unprocessableentityerror": ErrorKind.INVALID_REQUEST,
    "unsupportedparamserror": ErrorKind.INVALID_REQUEST,
    "jsonschemavalidationerror": ErrorKind.INVALID_REQUEST,
    "imagefetcherror": ErrorKind.INVALID_REQUEST,
    "validationexception": ErrorKind.INVALID_REQUEST,
    "notfounderror": ErrorKind.CONFIG,
    "litellmunknownprovider": ErrorKind.CONFIG,
    "nosuchmodelerror": ErrorKind.CONFIG,
}

_CODES: dict[str, ErrorKind] = {
    "400": ErrorKind.INVALID_REQUEST,
    "401": ErrorKind.AUTH,
    "402": ErrorKind.QUOTA,
    "403": ErrorKind.AUTH,
    "404": ErrorKind.CONFIG,
    "408": ErrorKind.TIMEOUT,
    "409": ErrorKind.TRANSIENT,
    "413": ErrorKind.INVALID_REQUEST,
    "422": ErrorKind.INVALID_REQUEST,
    "429": ErrorKind.RATE_LIMIT,
    "500": ErrorKind.TRANSIENT,
    "502": ErrorKind.TRANSIENT,
    "503": ErrorKind.TRANSIENT,
    "504": ErrorKind.TIMEOUT,
    "524": ErrorKind.TIMEOUT,
    "529": ErrorKind.TRANSIENT,
}

_DESCRIBING_TEXTS: dict[ErrorKind, tuple[str, ...]] = {
    ErrorKind.RATE_LIMIT: (
        r"rate[_ -]?limit",
        r"too many requests",
        r"throttl",
        r"tokens per (?:minute|day)",
        r"requests per (?:second|minute|hour|day)",
    ),
    ErrorKind.AUTH: (
        r"api[_ -]?key",
        r"authenticat",
        r"unauthori[sz]ed",
        r"invalid (?:proxy server )?token",
        r"permission denied",
        r"access denied",
        r"not allowed to (?:access|call)",
        r"no auth credentials",
        r"forbidden",
    ),
    ErrorKind.TIMEOUT: (r"timed? ?out", r"deadline exceeded"),
    ErrorKind.TRANSIENT: (
        r"overloaded",
        r"unavailable",
        r"internal (?:server )?error",
        r"server error",
        r"bad gateway",
        r"connection",
        r"network",
        r"econn",
        r"fetch failed",
        r"socket",
        r"try again later",
        r"invalid response",
        r"upstream",
    ),
    ErrorKind.INVALID_REQUEST: (
        r"invalid[_ ]request",
        r"bad request",
        r"unprocessable",
        r"invalid argument",
    ),
}

_CANCELLED_CLASSES = frozenset({"cancellederror", "clientdisconnect", "aborterror", "requestcancelled"})
_CANCELLED_TEXTS = (
    r"client (?:has )?(?:disconnected|closed)",
    r"request (?:was )?(?:cancell?ed|aborted)",
    r"aborted by (?:the )?(?:user|client)",
    r"operation was aborted",
)


def _any_of(texts: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(texts), re.IGNORECASE)


_CANCELLED = _any_of(_CANCELLED_TEXTS)
_TELLING = {kind: _any_of(texts) for kind, texts in _TELLING_TEXTS.items()}
_DESCRIBING = {kind: _any_of(texts) for kind, texts in _DESCRIBING_TEXTS.items()}
# Long enough for every message that a provider writes; an echoed prompt behind it is not read.
_READ_CHARACTERS = 2000


def error_kind_of(error_class: str | None, error_code: str | int | None, message: str | None) -> ErrorKind:
    """Return the kind of a failed call; unknown when nothing says how it failed.

    A gateway refuses a key before it knows the provider: those records have the class Exception and no code, and count
    as auth unless their text says otherwise.
    """
    return _kind_of(_class_name(error_class), str(error_code or "").strip(), (message or "")[:_READ_CHARACTERS])


def is_cancelled(error_class: str | None, error_code: str | int | None, message: str | None) -> bool:
    """Tell whether a call ended because the person or their browser stopped it, which is not an error."""
    return (
        _class_name(error_class) in _CANCELLED_CLASSES
        or str(error_code or "").strip() == "499"
        or _CANCELLED.search((message or "")[:_READ_CHARACTERS]) is not None
    )


def _class_name(error_class: str | None) -> str:
    return (error_class or "").strip().rpartition(".")[2].lower()


@lru_cache(maxsize=4096)
def _kind_of(class_name: str, code: str, message: str) -> ErrorKind:
    for kind, pattern in _TELLING.items():
        if pattern.search(message):
            return kind
    named = _CLASSES.get(class_name) or _CODES.get(code)
    if named is not None:
        return named
    for kind, pattern in _DESCRIBING.items():
        if pattern.search(message):
            return kind
    if class_name in ("exception", "proxyexception") and not code:
        return ErrorKind.AUTH
    return ErrorKind.UNKNOWN
