"""The review pack: one content model read from the marts, laid out as XLSX, DOCX and HTML, sealed by sums."""
