from motcua.snapshot.model import Cell, Figure
from motcua.snapshot.restatement import MEASURES, compare_figures


def sealed(**counts: int) -> dict[str, Figure]:
    return {
        code: Figure(code, code, Cell("count", count, str(count))) for code, count in counts.items()
    }


def test_a_figure_is_explained_when_the_dossiers_named_make_up_its_difference():
    explained = [
        {"measure_code": "resolved", "explained_count": -2},
        {"measure_code": "pending", "explained_count": 1},
    ]
    now = dict.fromkeys(MEASURES, 0) | {"resolved": 8, "pending": 7, "received": 15}

    figures = compare_figures(sealed(received=15, resolved=10, pending=5), now, explained)

    assert [(one.code, one.difference, one.is_explained) for one in figures] == [
        ("received", 0, True),
        ("resolved", -2, True),
        ("pending", 2, False),
    ]


def test_figures_that_the_pack_does_not_have_are_left_out():
    assert compare_figures(sealed(), dict.fromkeys(MEASURES, 1), []) == ()
