"""What a locality reads when a delivery or a line was refused: a code, a Vietnamese sentence."""

from collections.abc import Mapping

from motcua.datasets import type_of
from motcua.errors import MotcuaError

RESEND = "Hãy xuất lại từ phần mềm và gửi lại."
SENTENCES: Mapping[str, str] = {
    "delivery_empty": "«{name}» không có dòng dữ liệu nào. " + RESEND,
    "file_empty": "Tệp «{name}» rỗng (0 byte hoặc không có dòng tiêu đề). " + RESEND,
    "file_not_regular": "«{name}» không phải là tệp thường (liên kết hoặc thiết bị). "
    "Hãy gửi chính tệp dữ liệu, không gửi liên kết.",
    "file_unreadable": "Tệp «{name}» không đọc được theo định dạng {detail}: tệp hỏng, "
    "tải lên dở dang hoặc không đúng định dạng. " + RESEND,
    "zip_unreadable": "Tệp nén «{name}» không mở được: tệp hỏng hoặc tải lên dở dang. "
    "Hãy nén lại và gửi lại.",
    "zip_encrypted": "Tệp nén «{name}» có mật khẩu. Hãy nén lại không đặt mật khẩu và gửi lại.",
    "zip_unsafe": "Tệp nén «{name}» có đường dẫn hoặc liên kết không an toàn. "
    "Hãy nén lại chỉ gồm các tệp dữ liệu và gửi lại.",
    "zip_too_large": "Tệp nén «{name}» vượt giới hạn khi giải nén ({detail}). "
    "Hãy chia thành nhiều lần gửi nhỏ hơn.",
    "manifest_unreadable": "«{name}» không đúng dạng ({detail}). Hãy sửa tệp kê khai rồi gửi lại.",
    "manifest_file_missing": "Tệp kê khai nêu «{detail}» nhưng lần gửi «{name}» không có tệp đó. "
    "Hãy gửi lại đủ các tệp.",
    "layout_unknown": "«{name}» không khớp mẫu dữ liệu nào đã đăng ký ({detail}). "
    "Hãy kiểm tra tên tệp, tên trang tính và dòng tiêu đề, "
    "hoặc báo đơn vị quản lý kho để thêm mẫu.",
    "file_too_large": "Tệp «{name}» vượt giới hạn đọc: {detail}. "
    "Hãy chia nhỏ tệp hoặc xóa phần trống rồi gửi lại.",
    "workbook_encrypted": "Bảng tính «{name}» có mật khẩu. Hãy bỏ mật khẩu rồi gửi lại.",
    "workbook_unsafe": "Bảng tính «{name}» có khai báo XML không an toàn (DOCTYPE hoặc ENTITY). "
    + RESEND,
    "formula_without_value": "Bảng tính «{name}» có {detail} ô công thức chưa có kết quả nên "
    "không biết giá trị. Hãy mở bằng Excel, lưu lại (hoặc dán dạng giá trị) rồi gửi lại.",
    "date_order_undecidable": "Không xác định được thứ tự ngày và tháng của cột {detail} trong "
    "«{name}» (ví dụ 03/04/2024), nên không nhận để tránh hiểu sai. "
    "Hãy xuất lại với dạng yyyy-MM-dd, hoặc báo đơn vị quản lý kho ghi rõ thứ tự trong mẫu.",
    "date_order_contradicted": "Cột {detail} trong «{name}» ghi ngày, tháng ngược với mẫu đã "
    "đăng ký. Hãy xuất lại đúng thứ tự đã đăng ký, "
    "hoặc báo đơn vị quản lý kho sửa mẫu.",
    "encoding_unreadable": "Tệp «{name}» không đúng bảng mã {detail}. "
    "Hãy xuất lại với bảng mã {detail} rồi gửi lại.",
    "lines_unaccounted": "Không xác định được ranh giới các dòng của tệp «{name}» ({detail}). "
    "Hãy kiểm tra dấu ngoặc kép và dấu xuống dòng, xuất lại rồi gửi lại.",
    "too_many_refused": "Tập dữ liệu {detail} của «{name}» có quá nhiều dòng không đạt "
    "nên cả lần gửi không được nhận. Hãy xem danh sách lỗi, sửa tại nguồn rồi gửi lại.",
    "return_of_other": "«{name}» là phiếu trả lại của địa phương khác ({detail}). "
    "Hãy gửi vào hộp thư của địa phương đó.",
    "return_of_refused": "«{name}» là phiếu trả lại của lần gửi {detail} đã không được tiếp nhận, "
    "chỉ có các dòng lỗi. Hãy sửa tại nguồn và gửi lại toàn bộ lần gửi đó.",
    "returns_together": "«{name}» gồm nhiều phiếu trả lại ({detail}). Hãy gửi từng phiếu một.",
    "checks_not_met": "«{name}» không được nhận: {detail}",
}
LINE_SENTENCES: Mapping[str, tuple[str, str]] = {
    "line_unreadable": (
        "Dòng này không đọc được: sai số cột, sai dấu ngoặc kép, sai bảng mã hoặc sai cú pháp.",
        "Hãy sửa dòng này tại nguồn và gửi lại.",
    ),
    "lines_disagree": (
        "Các dòng của cùng một hồ sơ ghi thông tin khác nhau nên không dòng nào được nhận.",
        "Hãy thống nhất thông tin của hồ sơ tại nguồn và gửi lại.",
    ),
}


class DeliveryRefusedError(MotcuaError):
    """A delivery cannot be taken: an outcome, which the edge writes into a receipt."""

    def __init__(self, code: str, name: str, detail: str = "") -> None:
        super().__init__(code, name, detail)
        self.code = code
        self.name = name
        self.detail = detail

    def __str__(self) -> str:
        text = SENTENCES[self.code].format(name=self.name, detail=self.detail)
        return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def value_class(
    column: str | None, personal: frozenset[str] = frozenset({"applicant_token"})
) -> str:
    """Say of what class a column's values are, for a reader who may not see the value."""
    if column is None:
        return "text"
    if column in personal:
        return "personal"
    sql_type = type_of(column)
    if sql_type == "boolean":
        return "boolean"
    if sql_type in ("timestamp", "date"):
        return "date"
    if sql_type != "string":
        return "number"
    return "code" if column.endswith(("_code", "_codes")) else "text"


def writable(name: str) -> str:
    """Give a name that can be written as UTF-8; a disk or JSON may hold one that cannot."""
    return name.encode("utf-8", "replace").decode("utf-8")


def over(what: str, limit: int, setting: str) -> str:
    """Say which limit is broken and which setting holds it."""
    shown = f"{limit:,}".replace(",", ".")
    return f"hơn {shown} {what}, giới hạn MOTCUA_{setting}"
