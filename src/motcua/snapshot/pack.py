"""What lies in a pack: its files, the manifest and the list of their sums, what differs from it."""

import hashlib
import json
import re
from collections.abc import Mapping

from motcua.errors import PipelineError
from motcua.shelf.states import MANIFEST
from motcua.snapshot.document import render_docx
from motcua.snapshot.model import Content, figures_sha256, to_json
from motcua.snapshot.page import render_html
from motcua.snapshot.paper import render_pdf
from motcua.snapshot.workbook import render_xlsx

SUMS = "SHA256SUMS"
CONTENT = "content.json"
INSTRUCTIONS = "HUONG_DAN_KIEM_TRA.txt"

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


def stem_of(content: Content) -> str:
    """Name the renderings of a content, without what ends each."""
    return f"{content.header.pack_code}-v{content.header.version:02d}"


def pack_files(content: Content) -> dict[str, bytes]:
    """Render a content: the bytes of every file that is laid out from it, by name."""
    from motcua.snapshot.slides import render_pptx  # a third of a second that verifying saves

    stem = stem_of(content)
    return {
        CONTENT: to_json(content),
        f"{stem}.docx": render_docx(content),
        f"{stem}.html": render_html(content),
        f"{stem}.pdf": render_pdf(content),
        f"{stem}.pptx": render_pptx(content),
        f"{stem}.xlsx": render_xlsx(content),
        INSTRUCTIONS: instructions(stem),
    }


def sum_files(
    content: Content, files: Mapping[str, tuple[int, str]], told: Mapping[str, object]
) -> dict[str, bytes]:
    """Write the manifest of a pack and the list of sums, of the files' sizes and SHA-256 sums.

    ``told`` is what the manifest says besides.
    """
    header = content.header
    manifest = {
        "review_code": header.review_code,
        "review_name": header.review_name,
        "version": header.version,
        "state_code": header.state_code,
        "period_code": header.period_code,
        "province_code": header.province_code,
        "province_name": header.province_name,
        "agency_code": header.agency_code,
        "agency_name": header.agency_name,
        "agency_codes": list(content.agency_codes),
        "as_of_date": header.as_of_date,
        "rule_code": header.rule_code,
        "is_simulated": header.is_simulated,
        "figures_sha256": figures_sha256(content),
        "delivery_ids": list(content.delivery_ids),
        **told,
        "files": [
            {"name": name, "byte_count": byte_count, "sha256": digest}
            for name, (byte_count, digest) in sorted(files.items())
        ],
    }
    written = (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode()
    sums = {name: digest for name, (_, digest) in files.items()} | {MANIFEST: _sum(written)}
    return {MANIFEST: written, SUMS: sums_text(sums)}


def sums_text(sums: Mapping[str, str]) -> bytes:
    """Write sums as ``sha256sum -c`` reads them."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items())).encode()


_CLOSING = """\
Bản Word để sửa nằm ngoài thư mục này; sửa bản đó không làm thay đổi bộ tài liệu. Nơi có Motcua thì
gõ motcua verify <thư mục> để kiểm tra thư mục này, motcua verify <tệp .docx> để biết số nào trong
bản Word đã sửa khác số đã niêm phong.
"""


def instructions(stem: str, closing: str = _CLOSING) -> bytes:
    """Say in Vietnamese how to verify the pack with what every machine has; opens in Notepad."""
    text = f"""HƯỚNG DẪN KIỂM TRA BỘ TÀI LIỆU SỐ LIỆU {stem}

Tệp {SUMS} ghi mã SHA-256 của từng tệp trong thư mục này. Một tệp bị đổi dù chỉ một byte thì mã
tính lại khác mã đã ghi. Không cần cài thêm phần mềm nào.

1. Linux (và máy nào có lệnh sha256sum): mở cửa sổ lệnh trong thư mục này, gõ

       sha256sum -c {SUMS}

   Tệp nguyên vẹn hiện OK; tệp bị đổi hiện FAILED kèm tên tệp. Trên macOS: shasum -a 256 -c {SUMS}

2. Windows: mở Command Prompt trong thư mục này, với từng tệp gõ lệnh như

       certutil -hashfile {stem}.docx SHA256

   rồi so dãy 64 ký tự hiện ra với dòng của tệp đó trong {SUMS} (mở bằng Notepad).

3. Muốn chắc chính tệp {SUMS} không bị thay: so nó với bản mà nơi lập giữ. Nơi lập giữ thêm mã của
   {MANIFEST} trong nhật ký trạng thái states.jsonl, ngoài thư mục này.

{closing}"""
    return text.replace("\n", "\r\n").encode("utf-8-sig")


def compare_pack(found: Mapping[str, bytes]) -> list[str]:
    """Compare the files found in a pack with its manifest: one line for each difference."""
    missing = [f"{name}: thiếu tệp / missing" for name in (MANIFEST, SUMS) if name not in found]
    if MANIFEST not in found:
        return missing
    try:
        listed = {
            entry["name"]: (entry["byte_count"], entry["sha256"])
            for entry in json.loads(found[MANIFEST])["files"]
        }
    except (ValueError, KeyError, TypeError):
        return [*missing, f"{MANIFEST}: không đọc được / cannot be read"]
    faults = missing or _sums_faults(found, {name: digest for name, (_, digest) in listed.items()})
    for name, (byte_count, expected) in listed.items():
        faults += _file_faults(name, byte_count, expected, found.get(name))
    extra = sorted(set(found) - set(listed) - {MANIFEST, SUMS})
    return faults + [
        f"{name}: tệp lạ, không có trong bản kê / not in the manifest" for name in extra
    ]


def _sums_faults(found: Mapping[str, bytes], listed: Mapping[str, str]) -> list[str]:
    """Compare the list of sums with the manifest: which of the two was changed shows by its sum."""
    digest = _sum(found[MANIFEST])
    if found[SUMS] == sums_text({**listed, MANIFEST: digest}):
        return []
    if f"{digest}  {MANIFEST}" in found[SUMS].decode("utf-8", "replace").splitlines():
        return [f"{SUMS}: đã bị thay đổi (khác {MANIFEST}) / changed"]
    return [f"{MANIFEST}: đã bị thay đổi (khác {SUMS}) / changed"]


def _file_faults(name: str, byte_count: int, expected: str, data: bytes | None) -> list[str]:
    if data is None:
        return [f"{name}: thiếu tệp / missing"]
    if _sum(data) == expected:
        return []
    size = "" if len(data) == byte_count else f" ({byte_count} → {len(data)} byte)"
    return [f"{name}: đã bị thay đổi{size} / changed"]


def _sum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
