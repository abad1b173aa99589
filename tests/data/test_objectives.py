"""slos.toml: everything that is wrong is told at once, and what is written reads back."""

import msgspec
import pytest

from data.definitions import slos
from data.definitions.objectives import MEASURED, Slo, read_slos
from data.definitions.objectives_toml import _ORDER, toml_of
from data.definitions.reading import content_of
from data.errors import DefinitionError

SHIPPED = content_of("slos.toml").decode()


def wrong(text: str) -> list[str]:
    with pytest.raises(DefinitionError) as refused:
        read_slos(text.encode())
    first, *lines = str(refused.value).splitlines()
    assert first == "data/definitions/slos.toml is wrong:"
    return lines


def test_everything_that_is_wrong_is_said_at_once():
    text = (
        SHIPPED.replace("rollback_window_days = 7", "rollback_window_days = 0\nzone = 1")
        .replace('name = "task_success"\n', 'name = "task_success"\ncolour = "red"\nthreshold = 1\n')
        .replace("objective = 0.85", "objective = 85")
        .replace('threshold_unit = "s"', 'threshold_unit = "ms"')
        .replace('name = "provider_stability"', 'name = "runtime_health"')
        .replace("threshold = 3.0", "threshold = -3.0")
        .replace('headline = "spend per completed task"\n', "")
    )
    assert wrong(text) == [
        "unknown key zone; expected are rollback_window_days, slo",
        "rollback_window_days: must be at least 1, and is 0",
        "slo 1 (task_success): unknown key colour; expected are " + ", ".join(Slo.__struct_fields__),
        "slo 2 (diff_acceptance): objective: must be below 1, and is 85",
        'slo runtime_health: threshold_unit must be "s"',
        # The second of that name: provider stability has no threshold.
        "slo runtime_health: threshold must be a number above 0, in s",
        'slo runtime_health: threshold_unit must be "s"',
        "slo cost_efficiency: threshold must be a number above 0, in USD",
        "slo cost_efficiency: headline_target and headline_unit need a headline",
        "slo runtime_health: is there 2 times; once is expected",
    ]


def test_each_of_the_five_must_be_there_and_no_other():
    beginning, end = SHIPPED.split('[[slo]]\nname = "task_success"')[0], SHIPPED[SHIPPED.index('name = "diff_') :]
    assert wrong(f"{beginning}[[slo]]\n{end}") == ["slo task_success: is missing; every page shows it"]
    said = wrong(SHIPPED.replace('"task_success"', '"task_sucess"'))
    assert said[0].startswith("slo task_sucess: nothing measures it; there are task_success, ")
    assert said[1] == "slo task_success: is missing; every page shows it"


@pytest.mark.parametrize(
    "text", ["", "slo = 3", "slo = [3]", "rollback_window_days = nan", "[[slo", "\x00", '"\\ud800"=1']
)
def test_what_is_no_list_of_objectives_is_refused(text: str):
    with pytest.raises(DefinitionError, match=r"slos\.toml is wrong"):
        read_slos(text.encode())


def test_infinity_and_nan_are_no_thresholds():
    for number in ("inf", "nan"):
        said = wrong(SHIPPED.replace("threshold = 30.0", f"threshold = {number}"))
        assert said == ["slo 3 (runtime_health): threshold: a finite number is expected"]


def test_the_shipped_file_is_what_would_be_written():
    assert toml_of(slos()) == SHIPPED
    assert tuple(sorted(_ORDER)) == tuple(sorted(Slo.__struct_fields__))
    assert [slo.name for slo in slos().slo] == list(MEASURED)


def test_any_text_reads_back_as_it_was():
    odd = 'a "quote" \\ and \n newline \t tab \x00 nul \x7f \x85 ünïcode 🦊 # [x]'
    changed = msgspec.structs.replace(slos().slo[0], why=odd, owner=odd, objective=0.7 + 0.2)
    objectives = msgspec.structs.replace(slos(), slo=(changed, *slos().slo[1:]))
    assert read_slos(toml_of(objectives).encode()) == objectives
