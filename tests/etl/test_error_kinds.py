"""Kinds of errors, from names, codes and texts of LiteLLM and of bolt.diy."""

import pytest

from data.words import ErrorKind
from etl.error_kinds import error_kind_of, is_cancelled

K = ErrorKind


@pytest.mark.parametrize(
    ("error_class", "code", "message", "kind"),
    [
        ("AuthenticationError", "401", "Incorrect API key provided", K.AUTH),
        ("Exception", "", "", K.AUTH),
        ("Exception", "", "Authentication Error, Invalid proxy server token passed", K.AUTH),
        ("ProxyException", None, "team not allowed to access model", K.AUTH),
        ("Exception", "", "Connection reset by peer", K.TRANSIENT),
        ("Exception", "500", "", K.TRANSIENT),
        ("BudgetExceededError", "400", "Budget has been exceeded! Current cost: 5", K.QUOTA),
        ("RateLimitError", "429", "You exceeded your current quota, please check your plan", K.QUOTA),
        ("BadRequestError", "400", "Your credit balance is too low", K.QUOTA),
        (None, 402, "", K.QUOTA),
        ("litellm.RateLimitError", "429", "tokens per minute", K.RATE_LIMIT),
        ("Timeout", "408", "", K.TIMEOUT),
        (None, "504", None, K.TIMEOUT),
        ("InternalServerError", "529", "Overloaded", K.TRANSIENT),
        ("ServiceUnavailableError", "503", "", K.TRANSIENT),
        ("APIConnectionError", "", "", K.TRANSIENT),
        ("ContextWindowExceededError", "400", "", K.CONTEXT_WINDOW),
        ("BadRequestError", "400", "This model's maximum context length is 128000 tokens", K.CONTEXT_WINDOW),
        ("BadRequestError", "400", "prompt is too long: 210000 tokens > 200000 maximum", K.CONTEXT_WINDOW),
        ("ContentPolicyViolationError", "400", "", K.CONTENT_FILTER),
        ("BadRequestError", "400", "Azure has triggered the content management policy", K.CONTENT_FILTER),
        ("NotFoundError", "404", "", K.CONFIG),
        ("BadRequestError", "400", "Invalid model name passed in model=foo", K.CONFIG),
        ("BadRequestError", "400", "temperature must be below 2", K.INVALID_REQUEST),
        (None, None, None, K.UNKNOWN),
        ("SomethingNew", "999", "it went wrong", K.UNKNOWN),
    ],
)
def test_errors_of_the_gateway(error_class, code, message, kind):
    assert error_kind_of(error_class, code, message) == kind


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Custom error: API rate limit exceeded. Please wait a moment before trying again.", K.RATE_LIMIT),
        ("Custom error: Invalid or missing API key. Please check your API key configuration.", K.AUTH),
        ("Custom error: Token limit exceeded. The conversation is too long for the selected model.", K.CONTEXT_WINDOW),
        ("Custom error: Network error. Please check your internet connection and try again.", K.TRANSIENT),
        ("Custom error: Invalid model selected. Please choose a different model.", K.CONFIG),
        ("Custom error: The AI service returned an invalid response. Please try again.", K.TRANSIENT),
        ("Custom error: Overloaded", K.TRANSIENT),
        ("Custom error: insufficient_quota", K.QUOTA),
        ("Custom error: it is what it is", K.UNKNOWN),
    ],
)
def test_error_texts_of_bolt_diy(message, kind):
    assert error_kind_of(None, None, message) == kind


@pytest.mark.parametrize(
    ("error_class", "code", "message", "expected"),
    [
        ("CancelledError", "", "", True),
        ("asyncio.exceptions.CancelledError", None, None, True),
        (None, 499, "", True),
        ("Exception", "", "Client disconnected", True),
        (None, None, "The operation was aborted", True),
        ("InternalServerError", "500", "server had an error", False),
    ],
)
def test_what_a_person_stopped_is_no_error(error_class, code, message, expected):
    assert is_cancelled(error_class, code, message) is expected


def test_a_text_of_any_length_is_judged_by_its_beginning():
    assert error_kind_of(None, None, "model " * 200_000) == K.UNKNOWN
    assert error_kind_of(None, None, "x" * 3000 + "rate limit") == K.UNKNOWN
