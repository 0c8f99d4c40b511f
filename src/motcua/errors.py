"""The errors that Motcua raises on purpose: one line that says what is wrong and what to do."""


class MotcuaError(Exception):
    """Root of every error that is ours. Subclasses hand all their arguments to this class."""


class SettingsError(MotcuaError):
    """A setting is missing or cannot be used."""

    def __init__(self, setting: str, reason: str) -> None:
        super().__init__(setting, reason)
        self.setting = setting
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.setting}: {self.reason}"


class ContractError(MotcuaError):
    """A contract or localities file is not valid: which file, which key and line, why."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


class PipelineError(MotcuaError):
    """A step of the pipeline itself failed (never used for bad data, which is an outcome)."""

    def __init__(self, step: str, reason: str) -> None:
        super().__init__(step, reason)
        self.step = step
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.step}: {self.reason}"


class UnknownAgencyError(MotcuaError):
    """No agency of a province has the code that a person gave."""

    def __init__(self, agency_code: str, province_code: str) -> None:
        super().__init__(agency_code, province_code)
        self.agency_code = agency_code
        self.province_code = province_code

    def __str__(self) -> str:
        return (
            f"không có cơ quan mã {self.agency_code} ở {self.province_code} / no agency of "
            f"{self.province_code} has the code {self.agency_code}; see core.dim_agencies"
        )


class ChangedError(MotcuaError):
    """An original is not the bytes that its delivery's id was made from."""

    def __init__(self, delivery_id: str, files: str) -> None:
        super().__init__(delivery_id, files)
        self.delivery_id = delivery_id
        self.files = files

    def __str__(self) -> str:
        return f"{self.files} does not hold the bytes that its id was made from; restore them"


class BuildRefusedError(MotcuaError):
    """The gate refused a build, so nothing was published."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__(reasons)
        self.reasons = reasons

    def __str__(self) -> str:
        return "build refused, nothing published: " + "; ".join(self.reasons)


class ErasureError(MotcuaError):
    """A person's values cannot be taken out, so none was: where it stops, and what to do."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(place, reason)
        self.place = place
        self.reason = reason

    def __str__(self) -> str:
        return f"nothing was erased: {self.place}: {self.reason}"
