"""The review pack: one content model, laid out as XLSX, DOCX and HTML, sealed by sums."""
