"""What the counting decides where no text does: each default is named in the pack (design §9)."""

from collections.abc import Sequence

from motcua.snapshot.marts import Record
from motcua.snapshot.model import Note

RULE_NAMES = {"ii06": "biểu II.06 (ii06), so ngày hẹn trả với ngày kết thúc"}

DECISIONS = (
    Note(
        "Hồ sơ được tính",
        "Tính từ ngày tiếp nhận; hồ sơ mới đăng ký và hồ sơ không được tiếp nhận không tính.",
    ),
    Note(
        "Hồ sơ rút",
        "Tính là đã giải quyết vào ngày rút, đúng hạn, đồng thời đếm riêng ở cột rút hồ sơ.",
    ),
    Note(
        "Dừng, chờ bổ sung, chờ nghĩa vụ tài chính",
        "Tính là đang giải quyết và tạm dừng: trong hạn trong thời gian tạm dừng. Chỉ coi là tạm "
        "dừng tại ngày cuối kỳ khi có khoảng thời gian ghi ngày bao trùm ngày đó; trạng thái không "
        "ghi ngày chỉ tính cho kỳ chưa kết thúc lúc khai thác.",
    ),
    Note(
        "Không có ngày hẹn trả",
        "Đã giải quyết thì tính đúng hạn, đang giải quyết thì tính trong hạn, và đếm ở cột riêng.",
    ),
    Note("Ngày hay giờ", "So theo ngày; so theo thời điểm là một quy tắc đếm khác."),
    Note(
        "Kết thúc sau kỳ",
        "Hồ sơ kết thúc sau ngày cuối kỳ là đang giải quyết trong kỳ, dù nay ở trạng thái nào.",
    ),
    Note(
        "Thiếu kênh tiếp nhận",
        "Tính là trực tiếp, như Cổng Dịch vụ công quốc gia, và đếm ở cột riêng trong kho.",
    ),
    Note(
        "Đơn vị giải thể",
        "Hồ sơ chưa xong của cấp huyện giải thể chuyển sang đơn vị kế thừa chính; cơ quan tiếp "
        "nhận giữ nguyên.",
    ),
    Note(
        "Thông tin không gửi",
        "Một ô đúng/sai mà nguồn không gửi thì để trống, không tính vào tử số hay mẫu số nào.",
    ),
    Note(
        "0/0",
        "Không có mẫu số thì ghi «không phát sinh», không ghi 0 % hay 100 %; nguồn không gửi thì "
        "ghi «chưa có dữ liệu».",
    ),
    Note(
        "Kỳ so sánh",
        "Kỳ trước, cùng kỳ mà không có hồ sơ nào được giải quyết thì coi là chưa có dữ liệu: những "
        "gì biết về kỳ đó chỉ là hồ sơ chuyển sang kỳ sau.",
    ),
    Note(
        "Xếp thứ tự", "Cơ quan, lĩnh vực dưới 30 hồ sơ không được xếp thứ tự; không nêu tên người."
    ),
    Note(
        "Việc tốt lên, việc xấu đi",
        "Chỉ nêu khi chênh lệch của hai tỷ lệ vượt khoảng tin cậy 95 % (Newcombe, từ hai khoảng "
        "Wilson) và mỗi kỳ có từ 30 hồ sơ; so với cùng kỳ, không có số liệu cùng kỳ thì so với kỳ "
        "trước.",
    ),
    Note(
        "Điểm phần trăm",
        "Là hiệu của hai tỷ lệ đã làm tròn, để khớp với các tỷ lệ in trong bản này.",
    ),
    Note(
        "Số ngày quá hạn, sắp đến hạn",
        "Đếm ngày làm việc giữa ngày hẹn trả và ngày cuối kỳ, theo lịch ngày nghỉ và ngày làm bù "
        "của kho; hồ sơ đang tạm dừng không tính là sắp đến hạn. Các bảng theo lĩnh vực, nguyên "
        "nhân, cơ quan đếm ngày theo lịch và ghi rõ như vậy.",
    ),
    Note(
        "Điểm và xếp loại Bộ chỉ số 766",
        "Điểm tự tính theo công thức và ngưỡng của phiên bản đang có hiệu lực. Từ 90 Xuất sắc, 80 "
        "Tốt, 70 Khá, 50 Trung bình, dưới 50 Yếu. Chưa đủ dữ liệu thì chỉ nêu hai mức mà xếp loại "
        "nằm giữa. Tiến độ tính theo biểu II.06.",
    ),
    Note(
        "Văn bản xin lỗi",
        "Mọi hồ sơ quá hạn, đã và đang giải quyết, phải có văn bản xin lỗi; đúng lúc là gửi chậm "
        "nhất một ngày trước ngày hẹn trả. Nguồn không ghi thì coi là chưa ghi nhận.",
    ),
    Note(
        "Việc đề nghị kết luận",
        "Lập từ số liệu, nhiều nhất năm việc có phát sinh, theo thứ tự: đang quá hạn; chờ quá hạn "
        "tiếp nhận; phản ánh, kiến nghị quá hạn; thiếu văn bản xin lỗi; thiếu nguyên nhân; tiếp "
        "nhận muộn. Chỉ nêu tên cơ quan nào một mình có số lớn nhất và có từ 30 hồ sơ đã giải "
        "quyết; thời hạn để người soạn thảo ghi.",
    ),
    Note(
        "Điều chưa xác định",
        "Nguyên nhân quá hạn không được ghi nhận thì ghi «chưa xác định», máy không suy diễn.",
    ),
)
OF_AGENCY = (
    Note(
        "Bản của một cơ quan",
        "Đếm hồ sơ của cơ quan và của mọi cơ quan có cơ quan ấy là cấp trên trong danh mục; tiếp "
        "nhận muộn tính cho nơi tiếp nhận. Số liệu không ghi cơ quan (TTHC theo mức độ dịch vụ "
        "công, cắt giảm thời gian) không có trong bản này. Điểm Bộ chỉ số 766 là của riêng cơ "
        "quan, không gồm cơ quan trực thuộc, vì điểm không cộng được. Độ phủ xét những nơi đã từng "
        "gửi hồ sơ của cơ quan.",
    ),
)
"""What is decided for the pack of an agency, beside what holds for every pack."""


def definitions(metrics: Sequence[Record]) -> tuple[Note, ...]:
    """Give each metric's definition with the names of its two counts."""
    return tuple(
        Note(record["metric_name"] or record["metric_code"], _definition(record))
        for record in metrics
    )


def _definition(record: Record) -> str:
    counts = (
        f"Tử số: {record['numerator_name']}. Mẫu số: {record['denominator_name']}."
        if record["numerator_name"]
        and record["denominator_name"]
        and "Tử số" not in (record["definition"] or "")
        else ""
    )
    return " ".join(part for part in (record["definition"] or "", counts) if part)
