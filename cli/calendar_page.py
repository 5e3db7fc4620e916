"""How a month of the calendar looks on the screen."""

from datetime import date

from rich.console import Console
from rich.table import Table

from domain.buddhist_era import BUDDHIST_ERA_OFFSET, thai_digits, thai_long_date
from services.lay_out_month import CalendarDay, CalendarMonth

# Weeks begin on Sunday, as on a Thai wall calendar.
_WEEKDAYS = ("อา.", "จ.", "อ.", "พ.", "พฤ.", "ศ.", "ส.")


def print_month(month: CalendarMonth, console: Console) -> None:
    """Print weeks as rows, each day off in brackets, then why each day differs."""
    name = thai_long_date(date(month.year, month.month, 1)).partition(" ")[2]
    console.print(f"ปฏิทินวันทำการ {name} · {month.scopes[-1]}", style="bold")
    console.print(_weeks(month))
    working = sum(day.is_working for day in month.days)
    hours = f"{month.hours.opens:%H.%M}-{month.hours.closes:%H.%M}"
    summary = thai_digits(f"[ ] = วันหยุด · วันทำการ {working} วัน · เวลาราชการ {hours} น.")
    console.print(summary, markup=False)
    for day in month.days:
        if day.source is not None:
            console.print(_reason(day), markup=False)
    console.print(_version(month), markup=False)
    if not month.is_announced:
        console.print(forecast(month.year), style="yellow", markup=False)


def forecast(year: int) -> str:
    """Return the warning about a year whose holidays nobody has confirmed."""
    return (
        f"คำเตือน: วันหยุดราชการของ พ.ศ. {thai_digits(str(year + BUDDHIST_ERA_OFFSET))} ({year})"
        " ยังไม่ประกาศเป็นทางการ วันที่แสดงเป็นการคาดการณ์"
    )


def _weeks(month: CalendarMonth) -> Table:
    table = Table(*_WEEKDAYS, box=None, padding=(0, 1))
    for column in table.columns:
        column.justify = "right"
    cells = [""] * (month.days[0].day.isoweekday() % 7) + [_cell(day) for day in month.days]
    for first in range(0, len(cells), 7):
        table.add_row(*cells[first : first + 7])
    return table


def _cell(day: CalendarDay) -> str:
    number = thai_digits(str(day.day.day))
    # Escaped: square brackets are markup.
    return f" {number} " if day.is_working else rf"[red]\[{number}][/red]"


def _reason(day: CalendarDay) -> str:
    kind = "ทำการ" if day.is_working else "หยุด"
    return f"  {thai_long_date(day.day)}  {kind}  {day.name}  ({day.source})"


def _version(month: CalendarMonth) -> str:
    release = f"holidays {month.holidays_release}"
    if month.version is None:
        return f"ปฏิทินตั้งต้นของทั้งประเทศ ({release})"
    return f"ปฏิทินรุ่นที่ {thai_digits(str(month.version))} ({release})"
