"""What a meeting concluded: the draft notice, the workbook that staff fill, reading it back."""
