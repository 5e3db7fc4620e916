"""Which answer forms may travel with a letter, and whether an answer fits its form."""

import json
from typing import Any

from jsonschema_rs import Draft202012Validator, RegexOptions, ValidationError

from domain.errors import InvalidError

MAX_FORM_BYTES = 32 * 1024


def check_form(form: dict[str, Any] | None) -> None:
    """Refuse a form that is not a self-contained JSON Schema (2020-12) of an object.

    Raises:
        InvalidError: `answer_form_invalid`.
    """
    if form is None:
        return
    if form.get("type") != "object" or len(json.dumps(form).encode()) > MAX_FORM_BYTES:
        raise _form_invalid("แบบตอบรับต้องเป็น object และไม่เกิน 32 KiB")
    try:
        _validator(form)
    except (ValidationError, ValueError) as error:
        raise _form_invalid("แบบตอบรับไม่ใช่ JSON Schema ที่ใช้ได้") from error


def check_answer(answer: dict[str, Any] | None, *, form: dict[str, Any] | None) -> None:
    """Refuse an answer that does not fit the form that came with the letter.

    Raises:
        InvalidError: `answer_missing`, `answer_not_asked`, or `answer_invalid` with every field
            and the reason.
    """
    if form is None and answer is not None:
        raise InvalidError("หนังสือฉบับนี้ไม่ได้ขอแบบตอบรับ", code="answer_not_asked", field="answer")
    if form is None:
        return
    if answer is None:
        raise InvalidError("ต้องกรอกแบบตอบรับ", code="answer_missing", field="answer")
    faults = [
        {"field": "/".join(["answer", *map(str, fault.instance_path)]), "reason": fault.message}
        for fault in _validator(form).iter_errors(answer)
    ]
    if faults:
        raise InvalidError("คำตอบไม่ตรงตามแบบตอบรับ", code="answer_invalid", errors=faults)


def _validator(form: dict[str, Any]) -> Draft202012Validator:
    # A form comes from another agency: it may neither fetch anything nor bring a pattern whose
    # matching time explodes.
    return Draft202012Validator(form, offline=True, pattern_options=RegexOptions())


def _form_invalid(detail: str) -> InvalidError:
    return InvalidError(detail, code="answer_form_invalid", field="answer_form")
