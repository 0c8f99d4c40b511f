"""Expected questions: each answer a sentence of figures, whose codes stand beside it."""

import pytest

from motcua.snapshot.edge import read_content

REVIEW = "2024-CY-H01"


def answers(content) -> dict[str, list[str]]:
    rows = [[cell.text for cell in row.cells] for row in content.table("questions").rows]
    return {row[1]: row[2:] for row in rows}


def test_each_answer_stands_on_figures_that_the_pack_has(content):
    asked = answers(content)

    assert len(asked) == 4
    for text, codes in asked.values():
        for code in codes.split(", "):
            assert content.figures[code].cell.text in text


def test_another_rule_is_laid_beside_ours_with_what_flips(content):
    text, codes = answers(content)["Vì sao tỷ lệ ở đây khác số theo «Bộ chỉ số 766»?"]

    assert "quy tắc kia ra 89,22 % (910/1.020)" in text
    assert "12 hồ sơ được đếm khác" in text
    assert codes.startswith("rule_qd766_share, rule_qd766_numerator")


@pytest.mark.parametrize(
    ("best_rank", "verdict"),
    [
        (2, "thấp hơn rõ 1 trong 1 cơ quan cùng cấp"),
        (1, "không tách được khỏi cơ quan nào trong 1 cơ quan cùng cấp"),
    ],
)
def test_the_lowest_is_called_lower_only_beyond_chance(marts, best_rank, verdict):
    marts.execute(f"update review.mart_review__comparison set best_rank = {best_rank}")
    (text,) = [a for q, (a, _) in answers(read_content(marts, REVIEW)).items() if "thấp nhất" in q]

    assert "94,00 % (940/1.000), chung của cấp 96,50 %" in text
    assert verdict in text


def test_fewer_than_thirty_dossiers_are_not_asked_about(marts):
    marts.execute("update review.mart_review__comparison set denominator_count = 29")

    assert not [q for q in answers(read_content(marts, REVIEW)) if "thấp nhất" in q]


def test_points_to_win_back_are_those_that_are_lost(content):
    asked = answers(content)
    name = "Hồ sơ xử lý trước và đúng hạn"

    assert (
        "Tối đa 2,32 điểm, từ 17,68 lên 20,00, nếu cả 69.234"
        in (asked[f"Lấy lại được bao nhiêu điểm 766 ở «{name}»?"][0])
    )
    assert not [question for question in asked if "trực tuyến»" in question]


def test_who_had_no_figures_a_year_ago_is_named(content):
    text, _ = answers(content)["Vì sao số tiếp nhận khác cùng kỳ năm trước?"]

    assert "Cùng kỳ chưa có số liệu của: Huyện Chợ Mới" in text


def test_an_agencys_pack_asks_only_what_its_own_figures_answer(marts):
    content = read_content(marts, REVIEW, "H01.02")

    assert [question for question in answers(content) if "766" in question] == []
    assert any("thấp nhất" in question for question in answers(content))


def test_without_the_marts_there_is_nothing_to_ask(marts):
    for name in ("rule_points", "comparison", "points"):
        marts.execute(f"drop table review.mart_review__{name}")
    content = read_content(marts, REVIEW)

    assert list(answers(content)) == ["Vì sao số tiếp nhận khác cùng kỳ năm trước?"]
