"""What lies in a pack: its files, the manifest that seals them, the comparison with it."""

import hashlib
import json
import re
from collections.abc import Mapping

from motcua.errors import PipelineError
from motcua.snapshot.document import render_docx
from motcua.snapshot.model import Content, figures_sha256, to_json
from motcua.snapshot.page import render_html
from motcua.snapshot.paper import render_pdf
from motcua.snapshot.workbook import render_xlsx

MANIFEST = "manifest.json"
MANIFEST_SUM = "manifest.sha256"
CONTENT = "content.json"

_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_]*(-[0-9A-Za-z_]+)+")


def review_code_of(review: str, province_code: str | None) -> str:
    """Give a review's full code from a period and a province, or from the full code itself.

    Raises:
        PipelineError: the code cannot be one of a review.
    """
    code = review
    if province_code and not review.endswith(f"-{province_code}"):
        code = f"{review}-{province_code}"
    if not _CODE.fullmatch(code):
        raise PipelineError("snapshot", f"{code} is not <period_code>-<province_code>")
    return code


def pack_files(content: Content) -> dict[str, bytes]:
    """Render a content and seal it: the bytes of every file of the pack, by name."""
    header = content.header
    stem = f"{header.review_code}-v{header.version:02d}"
    files = {
        CONTENT: to_json(content),
        f"{stem}.docx": render_docx(content),
        f"{stem}.html": render_html(content),
        f"{stem}.pdf": render_pdf(content),
        f"{stem}.xlsx": render_xlsx(content),
    }
    manifest = {
        "review_code": header.review_code,
        "version": header.version,
        "state": header.state,
        "period_code": header.period_code,
        "province_code": header.province_code,
        "as_of_date": header.as_of_date,
        "rule_code": header.rule_code,
        "is_simulated": header.is_simulated,
        "figures_sha256": figures_sha256(content),
        "delivery_ids": list(content.delivery_ids),
        "files": [
            {"name": name, "byte_count": len(data), "sha256": _sum(data)}
            for name, data in files.items()
        ],
    }
    files[MANIFEST] = (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode()
    files[MANIFEST_SUM] = f"{_sum(files[MANIFEST])}  {MANIFEST}\n".encode()
    return files


def compare_pack(found: Mapping[str, bytes]) -> list[str]:
    """Compare the files found in a pack with its manifest: one line for each difference."""
    faults = _manifest_faults(found)
    if MANIFEST not in found:
        return faults
    try:
        listed = {
            entry["name"]: (entry["byte_count"], entry["sha256"])
            for entry in json.loads(found[MANIFEST])["files"]
        }
    except (ValueError, KeyError, TypeError):
        return [*faults, f"{MANIFEST}: không đọc được / cannot be read"]
    for name, (byte_count, expected) in listed.items():
        faults += _file_faults(name, byte_count, expected, found.get(name))
    extra = sorted(set(found) - set(listed) - {MANIFEST, MANIFEST_SUM})
    return faults + [
        f"{name}: tệp lạ, không có trong bản kê / not in the manifest" for name in extra
    ]


def _manifest_faults(found: Mapping[str, bytes]) -> list[str]:
    missing = [name for name in (MANIFEST, MANIFEST_SUM) if name not in found]
    if missing:
        return [f"{name}: thiếu tệp / missing" for name in missing]
    if found[MANIFEST_SUM].decode("utf-8", "replace").split() != [_sum(found[MANIFEST]), MANIFEST]:
        return [f"{MANIFEST}: đã bị thay đổi (khác {MANIFEST_SUM}) / changed"]
    return []


def _file_faults(name: str, byte_count: int, expected: str, data: bytes | None) -> list[str]:
    if data is None:
        return [f"{name}: thiếu tệp / missing"]
    if _sum(data) == expected:
        return []
    size = "" if len(data) == byte_count else f" ({byte_count} → {len(data)} byte)"
    return [f"{name}: đã bị thay đổi{size} / changed"]


def _sum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
