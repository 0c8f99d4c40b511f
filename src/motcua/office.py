"""What all workbooks and documents of ours share."""

FONT = "Times New Roman"
"""The font of Decree 30/2020/NĐ-CP, Annex I."""

PLAIN_STRINGS = {
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
"""Options of xlsxwriter: a text stays a text, whatever a source wrote in it."""
