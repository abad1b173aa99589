"""One call counts once across LiteLLM, OpenRouter, spans, own records and chats, in whatever order they are loaded."""

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from chat_files import all_chats, chat, load, reply, request
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loads import facts, litellm_row, ndjson
from test_otlp import span, spans_file

from data.epoch import EPOCH
from data.store import Store
from etl.derive.same_call_pairs import Sighting, counted_instead, model_names

TEN = 1_772_445_600
"""10:00 on 2 March 2026, in seconds since 1970."""


def gateway(path: Path, *rows: dict[str, Any]) -> Path:
    return ndjson(path, list(rows))


def row(request_id: str, second: int, **changes: Any) -> dict[str, Any]:
    """Return a LiteLLM row of a call through OpenRouter, so many seconds after 10:00: 1000 tokens in, 100 out."""
    at = f"2026-03-02T10:{second // 60:02}:{second % 60:02}+00:00"
    route = {"model": "openrouter/anthropic/claude-sonnet-4.5", "custom_llm_provider": "openrouter"}
    bare = {"user": None, "team_id": None, "model_group": "sonnet", "spend": 0.0}
    return litellm_row(0, request_id=request_id, startTime=at, endTime=at, **route, **bare) | changes


def export(path: Path, *rows: str) -> Path:
    header = "generation_id,created_at,cost_total,tokens_prompt,tokens_completion,model_permaslug,user"
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def generation(name: str, second: int, received: int = 100, cost: float = 0.004, user: str = "") -> str:
    at = f"2026-03-02 10:{second // 60:02}:{second % 60:02}"
    return f"gen-{TEN + second}-{name},{at},{cost},1000,{received},anthropic/claude-4.5-sonnet-20250929,{user}"


def model_span(number: int, second: int, received: int = 100, **attributes: Any) -> dict[str, Any]:
    named = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "sonnet", "gen_ai.usage.input_tokens": 1000}
    served = {"gen_ai.response.model": "anthropic/claude-sonnet-4.5", "gen_ai.usage.output_tokens": received}
    start = (TEN + second) * 10**9
    times = {"startTimeUnixNano": str(start), "endTimeUnixNano": str(start + 10**9)}
    return span(number, named | served | {key.replace("__", "."): value for key, value in attributes.items()}, **times)


def records(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(["id,started_at,model,status,task_id,response_id,input_tokens,output_tokens", *rows]))
    return path


def tasks(path: Path) -> Path:
    path.write_text("id,requested_at,task_class,outcome\nt-1,2026-03-02T10:00:00Z,feature,completed\n")
    return path


def counted(store: Store) -> list[tuple[Any, ...]]:
    return store.rows("SELECT source, native_id FROM llm_call WHERE is_counted ORDER BY started_at, source, native_id")


def world(folder: Path) -> list[Path]:
    """Return files of four sources: call A is in all of them, B in two by its tokens, C and D in one each.

    A has the id of OpenRouter everywhere. LiteLLM knows neither its cost nor its person nor its task.
    """
    a = f"gen-{TEN + 1}-A"
    return [
        gateway(folder / "rows.ndjson", row(a, 0), row("chatcmpl-b", 300, completion_tokens=77, spend=0.5)),
        export(folder / "activity.csv", generation("A", 1), generation("C", 900, user="cleo")),
        spans_file(
            folder / "spans.jsonl",
            model_span(1, 0, gen_ai__response__id=a, enduser__id="ada", boltscope__project="till"),
            model_span(2, 310, received=77, enduser__id="bob"),
        ),
        records(
            folder / "calls.csv",
            f"r-1,2026-03-02T10:00:02Z,claude-sonnet-4.5,success,t-1,{a},1000,100",
            "r-2,2026-03-02T10:30:00Z,claude-sonnet-4.5,success,t-1,,1000,100",
        ),
    ]


def test_a_call_in_four_files_counts_once_and_keeps_what_each_of_them_knows(store: Store, tmp_path: Path) -> None:
    for path in [*world(tmp_path), tasks(tmp_path / "tasks.csv")]:
        assert load(store, path, person=None, project=None)[0].refused is None
    a = f"gen-{TEN + 1}-A"
    assert counted(store) == [
        ("litellm", a),
        ("litellm", "chatcmpl-b"),
        ("openrouter", f"gen-{TEN + 900}-C"),
        ("record", "r-2"),
    ]
    # LiteLLM had no cost: OpenRouter billed 0.004 USD. Person and project are of the span, the task of the record.
    [found] = store.rows(
        "SELECT c.cost_micro_usd, c.cost_basis, c.reported_cost_micro_usd, c.person, c.project, t.call_count, "
        f"c.task_class FROM llm_call c JOIN task t USING (task_key) WHERE c.is_counted AND c.native_id = '{a}'"
    )
    assert found == (4000, "reported", 4000, "ada", "till", 2, "feature")
    # What was reported stays; of the other row only the person was missing.
    assert store.rows("SELECT cost_micro_usd, person FROM llm_call WHERE native_id = 'chatcmpl-b'") == [
        (500_000, "bob")
    ]
    assert store.rows("SELECT sum(call_count), sum(cost_micro_usd) FROM call_daily") == [
        store.rows("SELECT count(*), sum(cost_micro_usd) FROM llm_call WHERE is_counted")[0]
    ]


def test_the_order_of_loads_does_not_show(tmp_path: Path) -> None:
    files = world(tmp_path)
    found = []
    for number, order in enumerate(permutations(files)):
        url = f"sqlite:///{tmp_path / f'{number}.db'}"
        for path in order:
            load(Store(url), path, person=None, project=None)
        found.append(facts(url))
    assert all(one == found[0] for one in found[1:])


def test_a_fuller_copy_of_any_row_leaves_what_a_store_from_scratch_holds(tmp_path: Path) -> None:
    files = world(tmp_path)
    a = f"gen-{TEN + 1}-A"
    later = [
        gateway(tmp_path / "later.ndjson", row(a, 0, user="dan", metadata={"attempted_retries": 1}, spend=0.01)),
        spans_file(tmp_path / "later.jsonl", model_span(2, 310, received=76, http__request__resend_count=1)),
        records(tmp_path / "moved.csv", "r-2,2026-03-02T10:15:00Z,claude-sonnet-4.5,success,,,1000,100"),
    ]
    found = []
    for number, order in enumerate([[*files, *later], [*later, *files], [*later[::-1], *files[::-1]]]):
        url = f"sqlite:///{tmp_path / f'{number}.db'}"
        for path in order:
            load(Store(url), path, person=None, project=None)
        found.append(facts(url))
    assert found[0] == found[1] == found[2]
    [(cost, person)] = Store(url).rows(
        f"SELECT cost_micro_usd, person FROM llm_call WHERE is_counted AND native_id = '{a}'"
    )
    # The fuller row has a cost and a person of its own now.
    assert (cost, person) == (10_000, "dan")


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_chat_is_matched_with_the_row_that_counts(tmp_path: Path, order: tuple[int, ...]) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    messages = [request("a" * 16, "Build", 0), reply("msg-a", "Done.", 0, usage=[(1000, 100)])]
    for message in messages[:1]:
        asked = "[Model: anthropic/claude-sonnet-4.5]\n\n[Provider: OpenRouter]\n\nBuild"
        message["content"], message["parts"] = asked, [{"type": "text", "text": asked}]
    files = [
        all_chats(tmp_path / "chat.json", [chat("1", messages)]),
        export(tmp_path / "activity.csv", generation("A", 1)),
        spans_file(tmp_path / "spans.jsonl", model_span(1, 1)),
    ]
    for place in order:
        load(Store(url), files[place], person="ann" if place == 0 else None, project="shop" if place == 0 else None)
    assert Store(url).rows(
        "SELECT source, is_counted, match_quality, task_key IS NOT NULL, person FROM llm_call ORDER BY source"
    ) == [
        ("bolt_chat", 0, "exact", 1, "ann"),
        ("openrouter", 1, "exact", 1, "ann"),
        ("otlp", 0, "none", 0, None),
    ]
    assert Store(url).rows("SELECT call_count, known_cost_micro_usd FROM task") == [(1, 4000)]


def test_a_chat_through_openrouter_is_matched_with_its_spans_alone_too(store: Store, tmp_path: Path) -> None:
    messages = [request("a" * 16, "Build", 0), reply("msg-a", "Done.", 0, usage=[(1000, 100)])]
    load(store, all_chats(tmp_path / "chat.json", [chat("1", messages)]))
    start = (TEN + 1) * 10**9
    named = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "claude-sonnet-4-5", "gen_ai.system": "anthropic"}
    used = {"gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 100}
    load(store, spans_file(tmp_path / "s.jsonl", span(1, named | used, startTimeUnixNano=str(start))), person=None)
    assert store.rows("SELECT source, match_quality FROM llm_call WHERE is_counted") == [("otlp", "exact")]


def sighting(key: int, source: str, second: int, **changes: Any) -> Sighting:
    given = {"native_id": f"{source}-{key}", "requested_model": "m", "model": "m", "output_tokens": 5}
    return Sighting(key=key, source=source, started_at=second * 10**6, status="success", rank=0, **given | changes)


def test_rows_without_a_common_id_are_one_call_only_where_nothing_else_fits() -> None:
    one, other = sighting(1, "litellm", 0), sighting(2, "otlp", 59)
    assert counted_instead([one, other]) == {2: 1}
    assert counted_instead([one, other, sighting(3, "otlp", 59)]) == {}
    assert counted_instead([one, sighting(3, "litellm", 1), other]) == {}
    for different in ({"output_tokens": 6}, {"requested_model": "n", "model": "n"}, {"started_at": 60 * 10**6}):
        assert counted_instead([one, other._replace(**different)]) == {}
    # With tokens of none at all nothing is told.
    assert counted_instead([one._replace(output_tokens=None), other._replace(output_tokens=None)]) == {}
    # Two generations of OpenRouter are two calls.
    assert counted_instead([one._replace(native_id="gen-1-a"), other._replace(native_id="gen-1-b")]) == {}


def test_failures_are_one_call_when_they_began_within_five_seconds() -> None:
    failed = {"status": "error", "output_tokens": None}
    one, other = sighting(1, "litellm", 0)._replace(**failed), sighting(2, "otlp", 5)._replace(**failed)
    assert counted_instead([one, other]) == {2: 1}
    assert counted_instead([one, other._replace(started_at=6 * 10**6)]) == {}


def test_a_common_id_decides_before_tokens_and_counts_spans_of_two_layers_once() -> None:
    same = [sighting(key, "otlp", key, native_id="resp") for key in (1, 2)]
    assert counted_instead([same[0]._replace(rank=1), same[1]]) == {2: 1}
    assert counted_instead([sighting(0, "litellm", 0, native_id="resp"), *same]) == {1: 0, 2: 0}
    # Too far apart to be one call, whatever the id says.
    assert counted_instead([sighting(0, "litellm", 0, native_id="x"), sighting(5, "otlp", 3601, native_id="x")]) == {}


def test_models_are_compared_without_provider_date_variant_and_order_of_words() -> None:
    names = ["anthropic/claude-sonnet-4.5", "claude-sonnet-4-5-20250929", "claude-4.5-sonnet:beta", "claude-sonnet-4-5"]
    assert len({model_names(name) for name in names}) == 1
    assert model_names("gpt-4o").isdisjoint(model_names("gpt-4o-mini"))


_CALLS = st.lists(
    st.tuples(st.sampled_from(range(4)), st.integers(0, 12), st.sampled_from([77, 78]), st.integers(0, 3)),
    min_size=2, max_size=7,
)  # fmt: skip


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(calls=_CALLS, order=st.permutations(range(4)))
def test_any_calls_of_four_sources_give_one_store_in_any_order(
    tmp_path: Path, calls: list[tuple[int, int, int, int]], order: list[int]
) -> None:
    for leftover in tmp_path.glob("*"):
        leftover.unlink()
    parts: list[list[Any]] = [[], [], [], []]
    for number, (source, tens, received, shared) in enumerate(calls):
        second, identity = 10 * tens, f"gen-{TEN}-{shared}" if shared else f"chatcmpl-{number}"
        at = (EPOCH.fromtimestamp(TEN + second, EPOCH.tzinfo)).isoformat()
        if source == 0:
            parts[0].append(row(identity, second, completion_tokens=received))
        elif source == 1:
            parts[1].append(generation(str(shared or number), second, received, user=f"p{number}"))
        elif source == 2:
            named = {"gen_ai__response__id": identity, "enduser__id": f"q{number}"}
            parts[2].append(model_span(number + 1, second, received, **named))
        else:
            parts[3].append(f"r-{number},{at},claude-sonnet-4.5,success,t-{number},{identity},1000,{received}")
    files = [
        gateway(tmp_path / "rows.ndjson", *parts[0]),
        export(tmp_path / "a.csv", *parts[1]),
        spans_file(tmp_path / "s.jsonl", *parts[2]),
        records(tmp_path / "r.csv", *parts[3]),
    ]
    found = []
    for number, some in enumerate((range(4), order)):
        url = f"sqlite:///{tmp_path / f'{number}.db'}"
        for place in some:
            if parts[place]:
                load(Store(url), files[place], person=None, project=None)
        found.append(facts(url))
    assert found[0] == found[1]
