"""What was done to a source so that it could be read, in a sentence that its sender understands."""

from collections.abc import Mapping

from motcua.receipts import Rescue

ENCODING_NAMES: Mapping[str, str] = {
    "cp1258": "windows_1258",
    "tcvn3": "tcvn3",
    "vni": "vni",
    "utf-16": "utf_16",
    "utf-16-le": "utf_16",
    "utf-16-be": "utf_16",
}
SENTENCES: Mapping[str, str] = {
    "encoding_utf_16": "Đã chuyển {count} dòng từ bảng mã UTF-16 sang UTF-8.",
    "encoding_windows_1258": "Đã chuyển {count} dòng từ bảng mã Windows-1258 sang Unicode.",
    "encoding_tcvn3": "Đã chuyển {count} dòng hoặc ô từ phông TCVN3 (ABC, .Vn…) sang Unicode.",
    "encoding_vni": "Đã chuyển {count} dòng hoặc ô từ phông VNI sang Unicode.",
    "encoding_other": "Đã chuyển {count} dòng từ bảng mã khác sang UTF-8.",
    "unicode_composed": "Đã gộp dấu rời (Unicode tổ hợp) thành Unicode dựng sẵn ở {count} "
    "dòng hoặc ô.",
    "delimiter_detected": "Tệp dùng dấu ngăn cách cột khác mẫu đã đăng ký; đã nhận ra và đọc được.",
    "header_moved": "Dòng tiêu đề không nằm ở vị trí đã đăng ký; đã tìm thấy, lệch {count} dòng.",
    "read_line_by_line": "Tệp không đúng quy cách CSV (dấu ngoặc kép, xuống dòng hoặc ký tự hỏng); "
    "đã đọc từng dòng một, {count} dòng không đọc được.",
    "column_number_row": "Đã bỏ {count} dòng đánh số cột, dạng (1)(2)(3).",
    "total_row": "Đã bỏ {count} dòng tổng cộng lẫn trong dữ liệu.",
    "section_row": "Đã bỏ {count} dòng tên mục hoặc chữ ký (không có hồ sơ hay số liệu nào).",
    "repeated_header": "Đã bỏ {count} dòng tiêu đề lặp lại giữa bảng.",
    "hidden_sheet": "Trang tính đang bị ẩn; {count} dòng của nó vẫn được đọc.",
    "hidden_rows": "Có {count} dòng bị ẩn hoặc bị lọc trong trang tính; vẫn được đọc.",
    "sheets_joined": "Đã ghép {count} trang tính của cùng một tập dữ liệu.",
    "html_workbook": "Tệp Excel thật ra là trang HTML; đã đọc {count} dòng từ bảng trong đó.",
    "excel_serial_date": "Đã đổi {count} ô ghi ngày bằng số thứ tự của Excel thành ngày.",
    "days_from_1904": "Bảng tính đếm ngày từ năm 1904 (tùy chọn của Excel); đã đọc {count} ô ngày "
    "theo đúng cách đếm đó.",
    "grouped_number": "Đã đọc {count} ô số có dấu ngăn cách hàng nghìn (1.234 hoặc 1,234).",
    "decimal_point": "Cột số được xác định dùng dấu chấm trước phần thập phân nhờ {count} ô chỉ có "
    "thể đọc như vậy.",
    "decimal_comma": "Cột số được xác định dùng dấu phẩy trước phần thập phân nhờ {count} ô chỉ có "
    "thể đọc như vậy.",
    "day_before_month": "Cột ngày được xác định theo thứ tự ngày/tháng nhờ {count} ô chỉ có thể "
    "đọc theo thứ tự đó.",
    "month_before_day": "Cột ngày được xác định theo thứ tự tháng/ngày nhờ {count} ô chỉ có thể "
    "đọc theo thứ tự đó.",
    "noon_as_midnight": "Giờ 12 giờ trưa có vẻ bị phần mềm ghi thành 0 giờ ở {count} ô (không có "
    "giờ 12 nào, giờ 0 nhiều bất thường). Giá trị được giữ nguyên; đề nghị báo đơn vị cung cấp "
    "phần mềm.",
}
"""What a locality reads, by code; the last changes no value."""


def rescue(code: str, count: int, column: str | None = None) -> Rescue:
    """Tell one rescue: its code, how many cells or lines, and in which canonical column."""
    return Rescue(
        rescue_code=code,
        column_name=column,
        affected_count=count,
        sentence=SENTENCES[code].format(count=count),
    )


def encoding_code(encoding: str) -> str:
    """Give the code of a rescue from an encoding."""
    return f"encoding_{ENCODING_NAMES.get(encoding.casefold(), 'other')}"


def added_up(found: list[Rescue]) -> tuple[Rescue, ...]:
    """Add up the rescues of a dataset's files, one line a code and column, in order of both."""
    counts: dict[tuple[str, str], int] = {}
    for one in found:
        key = (one.rescue_code, one.column_name or "")
        counts[key] = counts.get(key, 0) + one.affected_count
    return tuple(
        rescue(code, count, column or None) for (code, column), count in sorted(counts.items())
    )
