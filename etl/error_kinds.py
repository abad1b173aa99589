"""Kind of a provider error, from the name, the code and the text that a source gives; the text itself is never kept.

Three tables, tried in this order: texts that say more than the name does, names of error classes, HTTP codes. Texts that
only describe come last. The first row that fits names the kind; nothing that fits is unknown, never a guess.
"""

import re
from functools import lru_cache

from data.words import ErrorKind

# A provider reports these under the name of another error: used-up credit as 429, a full context as a bad request.
_TELLING_TEXTS: tuple[tuple[ErrorKind, str], ...] = (
    (
        ErrorKind.QUOTA,
        r"insufficient[_ ]quota|exceeded your current quota|quota exceeded|budget has been exceeded|exceededbudget"
        r"|budget_exceeded|over budget|credit balance|insufficient (?:credit|balance|funds)|billing|payment required"
        r"|out of credits|requires more credits",
    ),
    (
        ErrorKind.CONTEXT_WINDOW,
        r"context[_ ](?:length|window)|maximum context|prompt is too long|too many (?:input )?tokens|input is too long"
        r"|token limit exceeded|exceeds? the (?:maximum|model'?s) (?:number of )?tokens|string too long"
        r"|input token count .* exceeds|reduce the length of the messages",
    ),
    (
        ErrorKind.CONTENT_FILTER,
        r"content[_ ](?:policy|filter|management)|content_policy_violation|responsible ?ai|safety (?:system|settings)"
        r"|flagged (?:as|by)|blocked by (?:the )?guardrail|violated guardrail",
    ),
    (
        ErrorKind.CONFIG,
        r"invalid model (?:name|selected)|model[_ ]not[_ ]found|model .{0,120}(?:does not exist|not found|is not supported)"
        r"|no deployments available|llm provider not provided|unknown model|no endpoints found|unsupported model"
        r"|no healthy deployments",
    ),
)

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

_DESCRIBING_TEXTS: tuple[tuple[ErrorKind, str], ...] = (
    (ErrorKind.RATE_LIMIT, r"rate[_ -]?limit|too many requests|throttl|tokens per (?:minute|day)|requests per"),
    (
        ErrorKind.AUTH,
        r"api[_ -]?key|authenticat|unauthori[sz]ed|invalid token|invalid proxy server token|permission denied"
        r"|access denied|not allowed to (?:access|call)|no auth credentials|forbidden",
    ),
    (ErrorKind.TIMEOUT, r"timed? ?out|deadline exceeded"),
    (
        ErrorKind.TRANSIENT,
        r"overloaded|unavailable|internal (?:server )?error|server error|bad gateway|connection|network|econn"
        r"|fetch failed|socket|try again later|invalid response|upstream",
    ),
    (ErrorKind.INVALID_REQUEST, r"invalid request|bad request|invalid_request_error|unprocessable|invalid argument"),
)

_CANCELLED_CLASSES = frozenset({"cancellederror", "clientdisconnect", "aborterror", "requestcancelled"})
_CANCELLED_TEXT = re.compile(
    r"client (?:has )?(?:disconnected|closed)|request (?:was )?(?:cancell?ed|aborted)|aborted by (?:the )?(?:user|client)"
    r"|operation was aborted",
    re.IGNORECASE,
)
_TELLING = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _TELLING_TEXTS)
_DESCRIBING = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _DESCRIBING_TEXTS)
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
        or _CANCELLED_TEXT.search((message or "")[:_READ_CHARACTERS]) is not None
    )


def _class_name(error_class: str | None) -> str:
    return (error_class or "").strip().rpartition(".")[2].lower()


@lru_cache(maxsize=4096)
def _kind_of(class_name: str, code: str, message: str) -> ErrorKind:
    for kind, pattern in _TELLING:
        if pattern.search(message):
            return kind
    named = _CLASSES.get(class_name) or _CODES.get(code)
    if named is not None:
        return named
    for kind, pattern in _DESCRIBING:
        if pattern.search(message):
            return kind
    if class_name in ("exception", "proxyexception") and not code:
        return ErrorKind.AUTH
    return ErrorKind.UNKNOWN
