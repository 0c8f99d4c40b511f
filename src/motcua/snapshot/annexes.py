"""The annexes PL1–PL19 in their numbers: which tables each holds."""

from motcua.snapshot.model import ANSWERS, CHANGES, ERRATA, OTHER_ERRATA, RESTATED, Annex

ANNEXES = (
    Annex(1, "Biểu II.06 theo cơ quan", ("ii06_agencies", "comparison", "handling_maps")),
    Annex(2, "Biểu II.06 theo cấp, theo lĩnh vực", ("ii06_levels", "ii06_fields")),
    Annex(3, "Biểu II.07b số thủ tục hành chính", ("procedure_counts",)),
    Annex(4, "Biểu 07a/BTP (từ năm 2026)", ("form_07a", "form_07a_more")),
    Annex(5, "Dịch vụ công trực tuyến và tự nộp", ("online", "self_submitted")),
    Annex(6, "Bưu chính công ích, thanh toán", ("postal_paid", "payments", "payment_amounts")),
    Annex(7, "Số hóa và kết quả điện tử", ("digitisation",)),
    Annex(8, "Tiếp nhận hồ sơ trực tuyến muộn", ("late_reception",)),
    Annex(
        9, "Danh sách hồ sơ quá hạn (chỉ bản nội bộ)", ("overdue_dossiers", "overdue_responsible")
    ),
    Annex(
        10,
        "Công bố, công khai thủ tục hành chính chậm",
        ("announcements_fields", "announcements_late"),
    ),
    Annex(11, "Cắt giảm thời gian giải quyết", ("time_cuts",)),
    Annex(12, "Điểm Bộ chỉ số 766, xếp loại", ("scorecard", "scorecard_agencies")),
    Annex(13, "Phản ánh, kiến nghị", ("petitions",)),
    Annex(14, "Chỉ tiêu giao và kết quả", ("targets", "summary")),
    Annex(
        15,
        "Đối chiếu ba nguồn",
        ("reconciled_forms", "reconciled_portal", "reconciled_agencies"),
    ),
    Annex(
        16,
        "Số liệu kỳ trước đã thay đổi, đính chính",
        (RESTATED, CHANGES, ERRATA, OTHER_ERRATA),
        apart_from=ERRATA,
        apart="Đính chính",
    ),
    Annex(17, "Hồ sơ cần giải trình (chỉ bản nội bộ)", ("to_explain", ANSWERS, "questions")),
    Annex(18, "Định nghĩa chỉ tiêu và quy tắc đếm", holds_definitions=True),
    Annex(
        19,
        "Nhật ký giao nhận số liệu, mã SHA-256",
        ("coverage", "deliveries", "refusals", "duplicates"),
    ),
)
