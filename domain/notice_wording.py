"""What a notice says to a person: Thai words, Thai digits, the Buddhist Era."""

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from domain.alarms import MEANING
from domain.buddhist_era import thai_digits, thai_instant
from domain.vocabulary import AlarmStep, Duty, Urgency

STEP_TH: Mapping[AlarmStep, str] = {
    AlarmStep.ARRIVED: "หนังสือเข้าใหม่ รอลงรับ",
    AlarmStep.REMIND_REGISTER: "ใกล้ครบกำหนดลงรับ",
    AlarmStep.OVERDUE_REGISTER: "เกินกำหนดลงรับ",
    AlarmStep.ESCALATE_REGISTER_HEAD: "เร่งรัดการลงรับ (ถึงหัวหน้าหน่วยงาน)",
    AlarmStep.ESCALATE_REGISTER_SUPERIOR: "เร่งรัดการลงรับ (ถึงหน่วยงานเหนือ)",
    AlarmStep.ESCALATE_REGISTER_ORIGIN: "เร่งรัดการลงรับ (ถึงหน่วยงานต้นเรื่อง)",
    AlarmStep.OVERDUE_FORWARD: "เกินกำหนดส่งต่อ",
    AlarmStep.REMIND_ACKNOWLEDGE: "ใกล้ครบกำหนดตอบรับ",
    AlarmStep.OVERDUE_ACKNOWLEDGE: "เกินกำหนดตอบรับ",
    AlarmStep.ESCALATE_HEAD: "เร่งรัดการตอบรับ (ถึงหัวหน้าหน่วยงาน)",
    AlarmStep.ESCALATE_SUPERIOR: "เร่งรัดการตอบรับ (ถึงหน่วยงานเหนือ)",
    AlarmStep.ESCALATE_ORIGIN: "เร่งรัดการตอบรับ (ถึงหน่วยงานต้นเรื่อง)",
}

URGENCY_TH: Mapping[Urgency, str] = {
    Urgency.NORMAL: "",
    Urgency.URGENT: "ด่วน",
    Urgency.VERY_URGENT: "ด่วนมาก",
    Urgency.MOST_URGENT: "ด่วนที่สุด",
    Urgency.URGENT_WITHIN: "ด่วนภายใน",
}

_DEADLINE_TH: Mapping[Duty, str] = {
    Duty.REGISTER: "กำหนดลงรับ",
    Duty.FORWARD: "กำหนดส่งต่อ",
    Duty.ACKNOWLEDGE: "กำหนดตอบรับ",
}


def deadline_line(step: AlarmStep, deadline: datetime) -> str:
    """Return which deadline a step is about, and when it is or was."""
    return f"{_DEADLINE_TH[MEANING[step][0]]}: {thai_instant(deadline)}"


def number_words(number: str | None) -> str:
    """Return a letter's number as an official letter prints it: ที่ มท ๐๐๑๗/ว ๑."""
    return f"ที่ {thai_digits(one_line(number))}"


def days_line(facts: Mapping[str, Any]) -> str | None:
    """Return the figures of a notice that has some: days used, and days left for those below."""
    used, left = facts.get("days_used"), facts.get("days_left")
    if used is None or left is None:
        return None
    return thai_digits(f"ใช้ไป {used} วันทำการ เหลือให้หน่วยงานถัดไป {left} วันทำการ")


def one_line(text: str | None) -> str:
    """Return a text of the ledger on one line, without what a screen does not show."""
    shown = (
        "" if (kind := unicodedata.category(one)) == "Cf" else " " if kind[0] in "CZ" else one
        for one in text or ""
    )
    return " ".join("".join(shown).split())
