"""Documents to make reports from: a usual review, one full of hostile text, a large one, and one of an empty store."""

from datetime import UTC, date, datetime, timedelta

from dashboard.analysis.figures import Unit
from dashboard.analysis.review.document import (
    Answer,
    AnswerState,
    Cell,
    ChartKind,
    ChartSeries,
    ColumnType,
    EvidenceChart,
    EvidenceColumn,
    EvidenceTable,
    NoteLine,
    ReviewDocument,
    ReviewFigure,
    RowsLink,
)

HOSTILE = (
    "=cmd|'/c calc'!A1",
    "<script>alert(1)</script><b>&amp;",
    "nul\x00bell\x07escape\x1bend\ufffe",
    "\u202eright to left \u0627\u0644\u0639\u0631\u0628\u064a\u0629 \u05e2\u05d1\u05e8\u05d9\u05ea",
    "emoji \U0001f680\U0001f469\u200d\U0001f4bb, 中文, Ελληνικά, Кириллица, żółć, naïve",
    "{{template}} ${7*7} %s \\n [Book1]Sheet!A1 http://example.test/?a=1&b=2",
    "Unbroken" * 60,
    "Many words that go on and on. " * 170,
)
CLASSES = ("scaffold", "feature", "edit", "refactor", "fix", "batch", "discuss")
ROUTES = (
    "anthropic/claude-sonnet-4-5",
    "openai/gpt-5-mini",
    "openrouter/deepseek/deepseek-v3.2-experimental-with-a-long-name",
    "ollama/qwen3-coder:30b",
)


def figures() -> tuple[ReviewFigure, ...]:
    """Return one figure of each kind: with all there is, without interval, unknown, and at the ends of rounding."""
    return (
        ReviewFigure("Fix tasks that failed", 0.2315, Unit.RATE, 1234, "tasks", 0.2087, 0.2561, 0.1993, "Unknown: 3 %"),
        ReviewFigure("Spend per completed task", 1.2345, Unit.USD, 987, "tasks", 1.1, 1.4, 1.5),
        ReviewFigure("Median wait", 754.0, Unit.SECONDS, 321, "approvals", 600.0, 900.0),
        ReviewFigure("Alerts", 42.0, Unit.COUNT, 42, "alerts"),
        ReviewFigure("Rolled back", 0.0002, Unit.RATE, 9000, "patches", 0.0, 0.9996),
        ReviewFigure("Not known yet", None, Unit.RATE, 0, "tasks"),
    )


def charts(name: str) -> tuple[EvidenceChart, ...]:
    """Return a chart of each kind: points with intervals and an objective, bars with two series, a line with a gap."""
    return (
        EvidenceChart(
            f"{name}_points",
            "Fixes fail twice as often as edits",
            ChartKind.POINTS,
            CLASSES,
            (
                ChartSeries(
                    "this quarter",
                    (0.05, 0.11, 0.08, 0.14, 0.231, None, 0.02),
                    (0.03, 0.09, 0.07, 0.10, 0.208, None, 0.001),
                    (0.08, 0.13, 0.10, 0.19, 0.256, None, 0.08),
                    (412, 1860, 2210, 240, 1234, 0, 58),
                ),
            ),
            Unit.RATE,
            "Share of tasks that failed",
            "tasks",
            reference=0.05,
            reference_label="Objective: at most 5 %",
            note="Tasks whose outcome is unknown are left out.",
        ),
        EvidenceChart(
            f"{name}_bars",
            "Most of the spend comes from two routes",
            ChartKind.BARS,
            ROUTES,
            (
                ChartSeries("Q2", (1200.5, 80.25, 310.0, 0.0), n=(900, 400, 350, 80)),
                ChartSeries("Q3", (1890.75, 95.5, None, 0.0), n=(1200, 500, None, 95)),
            ),
            Unit.USD,
            "Spend in the quarter",
            "tasks",
        ),
        EvidenceChart(
            f"{name}_lines",
            "Waiting for approval grew in September",
            ChartKind.LINES,
            tuple(f"2026-{7 + week // 4:02}-W{week % 4 + 1}" for week in range(12)),
            (
                ChartSeries(
                    "by a person",
                    tuple(None if week == 5 else 400.0 + 40 * week for week in range(12)),
                    tuple(None if week == 5 else 350.0 + 40 * week for week in range(12)),
                    tuple(None if week == 5 else 460.0 + 40 * week for week in range(12)),
                    tuple(30 + week for week in range(12)),
                ),
            ),
            Unit.SECONDS,
            "Median wait for a decision",
            "approvals",
            reference=900.0,
            reference_label="Budget",
        ),
    )


def table(name: str, rows: int = 7) -> EvidenceTable:
    """Return a table with a column of each type; every eighth row holds nothing but its key."""
    columns = (
        EvidenceColumn("task_class", ColumnType.TEXT),
        EvidenceColumn("route", ColumnType.TEXT),
        EvidenceColumn("task_count", ColumnType.INTEGER),
        EvidenceColumn("failed_rate", ColumnType.NUMBER),
        EvidenceColumn("failed_low_rate", ColumnType.NUMBER),
        EvidenceColumn("failed_high_rate", ColumnType.NUMBER),
        EvidenceColumn("spend_usd", ColumnType.NUMBER),
        EvidenceColumn("is_new", ColumnType.BOOLEAN),
        EvidenceColumn("first_date", ColumnType.DATE),
        EvidenceColumn("last_at", ColumnType.INSTANT),
        EvidenceColumn("reason", ColumnType.TEXT),
    )
    return EvidenceTable(
        name, "Failures by task class and route", "one row per task class and route", columns, _rows(columns, rows)
    )


def _rows(columns: tuple[EvidenceColumn, ...], rows: int) -> tuple[tuple[Cell, ...], ...]:
    def cell(column: EvidenceColumn, row: int) -> Cell:
        if row % 8 == 7 and column.name != "task_class":
            return None
        start = datetime(2026, 7, 1, 8, 15, tzinfo=UTC) + timedelta(days=row % 90, minutes=row)
        match column.type:
            case ColumnType.TEXT:
                if column.name == "task_class":
                    return f"{CLASSES[row % 7]} {row}"
                return ROUTES[row % 4] if column.name == "route" else f"Provider answered too late in attempt {row}"
            case ColumnType.INTEGER:
                return 10 + row * 37
            case ColumnType.NUMBER:
                return (row + 1) * 1.37 if column.name.endswith("_usd") else (row + 1) / 700
            case ColumnType.BOOLEAN:
                return row % 2 == 0
            case ColumnType.DATE:
                return start.date().isoformat()
            case ColumnType.INSTANT:
                return start.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    return tuple(tuple(cell(column, row) for column in columns) for row in range(rows))


QUESTIONS = (
    ("failing_classes", "Which task classes fail most often and why?", "Fix tasks"),
    ("best_routes", "Which provider routes deliver best quality/cost ratio?", "anthropic/claude-sonnet-4-5"),
    ("approvals", "Are approval patterns too lax or too restrictive?", "Too lax in 1 zone, too restrictive in 2"),
    ("noise", "Which integrations create the most operational noise?", "Cannot tell yet"),
    ("policies", "What policy updates are needed before scaling usage?", "3 updates before 1.5 times the usage"),
)


def usual(rows: int = 7) -> ReviewDocument:
    """Return a review as it mostly is."""
    answers = tuple(
        Answer(
            key=key,
            number=number,
            question=question,
            owner="Engineering management",
            state=AnswerState.CANNOT_TELL if key == "noise" else AnswerState.ANSWERED,
            verdict=verdict,
            sentence=f"{verdict}: of 1,234 fix tasks 23.2 % failed (95 % interval 20.9 % to 25.6 %), mostly because "
            "the provider answered too late; no other class comes near.",
            rule="The class with the highest failure rate whose interval lies above that of every other class; classes "
            "whose intervals overlap share the place.",
            figures=figures(),
            charts=charts(key),
            tables=(table(f"{key}_classes", rows), table(f"{key}_causes", 3)),
            since_last="Fix tasks failed in 19.9 % a quarter before: worse beyond chance.",
            would_change=("292 more tasks of class refactor that fail as often", "A route that answers within 30 s"),
            limits=("3 % of the outcomes are unknown.", "Patches of the last 7 days are not mature."),
            links=(RowsLink("Tasks behind it", "slo-trends", {"slo": "task_success", "days": "quarter"}),),
        )
        for number, (key, question, verdict) in enumerate(QUESTIONS, 1)
    )
    return ReviewDocument(
        quarter="2026Q3",
        first=date(2026, 7, 1),
        last=date(2026, 9, 30),
        time_zone="Europe/Berlin",
        scope="project Shop front",
        as_of=datetime(2026, 10, 2, 12, 30, tzinfo=UTC),
        is_complete=True,
        data_version=17,
        definitions_hash="0f3a9c2e77b1d6aa",
        price_version="genai-prices 0.2.3",
        answers=answers,
        summary=figures()[:5],
        notes=(
            NoteLine(
                "decision",
                "open",
                "Ask a second reviewer for billing",
                "approvals",
                "Ada",
                date(2026, 10, 15),
                "2026Q3",
            ),
            NoteLine("note", "done", "Moved the batch work to the cheaper route", None, None, None, "2026Q2"),
        ),
        revision=2,
        frozen_at=datetime(2026, 10, 3, 9, 0, 30, tzinfo=UTC),
    )


def empty() -> ReviewDocument:
    """Return the review of an empty store: nothing measured, no chart, no row."""
    answers = tuple(
        Answer(
            key=key,
            number=number,
            question=question,
            owner="Engineering management",
            state=AnswerState.NOT_MEASURED,
            verdict="Not measured",
            sentence="Nothing was loaded that could answer it: load chats or gateway logs.",
            rule="The class with the highest failure rate.",
            tables=(table(f"{key}_classes", 0),),
        )
        for number, (key, question, _) in enumerate(QUESTIONS, 1)
    )
    return ReviewDocument(
        quarter="2026Q3",
        first=date(2026, 7, 1),
        last=date(2026, 9, 30),
        time_zone="UTC",
        scope="",
        as_of=datetime(2026, 7, 1, tzinfo=UTC),
        is_complete=False,
        data_version=0,
        definitions_hash="",
        price_version="",
        answers=answers,
    )


def hostile() -> ReviewDocument:
    """Return a review whose every free text is hostile, with a table of 30 columns, charts of one point and of none."""
    texts = HOSTILE
    wide = EvidenceTable(
        "answers",
        texts[1],
        texts[7],
        tuple(EvidenceColumn(f"{'very_' * (number % 4)}long_name_{number}", ColumnType.TEXT) for number in range(30)),
        tuple(tuple(texts[(row + column) % 6] for column in range(30)) for row in range(12)),
    )
    long = EvidenceTable(
        "[a]:*?/\\'" + "x" * 60,
        texts[6],
        texts[0],
        (EvidenceColumn("what", ColumnType.TEXT), EvidenceColumn("value_usd", ColumnType.NUMBER)),
        (*((text, 1.5) for text in texts), (None, None), ("nan", float("nan")), ("inf", float("inf"))),
    )
    one_point = EvidenceChart(
        "one", texts[3], ChartKind.POINTS, (texts[7],), (ChartSeries(texts[0], (0.5,), (0.1,), (0.9,), (4,)),),
        Unit.RATE, texts[4], texts[1], note=texts[7],
    )  # fmt: skip
    no_value = EvidenceChart(
        "none", "", ChartKind.LINES, texts[:6], (ChartSeries(texts[1], (None,) * 6),), Unit.SECONDS, "", ""
    )
    nothing = EvidenceChart("nothing", texts[2], ChartKind.BARS, (), (), Unit.USD, texts[5], "tasks", reference=3.0)
    negative = EvidenceChart(
        "negative", "Below nothing", ChartKind.BARS, texts[:4], (ChartSeries("change", (-3.0, 2.0, 0.0, None)),),
        Unit.USD, "Change", "tasks",
    )  # fmt: skip
    answers = tuple(
        Answer(
            key=f"question-{number}",
            number=number,
            question=text,
            owner=texts[(number + 1) % 8],
            state=AnswerState.ANSWERED,
            verdict=text,
            sentence=texts[(number + 2) % 8],
            rule=text,
            figures=(ReviewFigure(text, 0.5, Unit.RATE, 3, text, 0.1, 0.9, 0.2, text),),
            charts=(one_point, no_value, nothing, negative) if number == 1 else (),
            tables=(wide, long) if number == 1 else (),
            since_last=text,
            would_change=texts,
            limits=texts,
            links=(RowsLink(text, text, {text: text}),),
        )
        for number, text in enumerate(texts, 1)
    )
    return ReviewDocument(
        quarter="2026Q3",
        first=date(2026, 7, 1),
        last=date(2026, 9, 30),
        time_zone="UTC",
        scope=texts[1],
        as_of=datetime(2026, 10, 2, 12, 30, tzinfo=UTC),
        is_complete=True,
        data_version=1,
        definitions_hash=texts[1],
        price_version=texts[0],
        answers=answers,
        summary=figures(),
        notes=tuple(NoteLine(text, text, text, text, text, date(2026, 10, 15), text) for text in texts),
    )


def large() -> ReviewDocument:
    """Return a review with ten tables, five of them of 500 rows."""
    return usual(rows=500)
