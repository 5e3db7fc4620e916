"""The meetings of letters as an iCalendar file: the one door to icalendar."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneStandard

from domain.notice_wording import number_words, one_line
from services.read_mail import MailItem

_ZONE = ZoneInfo("Asia/Bangkok")


def compose_calendar(items: Sequence[MailItem], *, domain: str, at: datetime) -> bytes | None:
    """Return the meetings that lie ahead, each once, or None where there is none.

    A meeting keeps its UID, so that a mailbox that gets it again updates the entry it has.

    Args:
        items: What the mail tells.
        domain: Domain of the sender, which makes the UIDs unique in the world.
        at: Now.
    """
    ahead = {
        item.meeting.letter_id: item
        for item in items
        if item.meeting is not None and item.meeting.ends_at > at
    }
    if not ahead:
        return None
    calendar = Calendar()
    calendar.add("prodid", "-//Wian//Wian//TH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(_bangkok())
    for item in ahead.values():
        calendar.add_component(_event(item, domain=domain, at=at))
    return bytes(calendar.to_ical())


def _bangkok() -> Timezone:
    # What icalendar makes of a zone ends in 2038 and says so; this one is the same all year.
    offset, zone, standard = timedelta(hours=7), Timezone(), TimezoneStandard()
    zone.add("tzid", _ZONE.key)
    standard.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001 (of the zone itself)
    standard.add("tzoffsetfrom", offset)
    standard.add("tzoffsetto", offset)
    standard.add("tzname", "+07")
    zone.add_component(standard)
    return zone


def _event(item: MailItem, *, domain: str, at: datetime) -> Event:
    event, meeting = Event(), item.meeting
    if meeting is None:
        raise ValueError("the item invites to nothing")
    event.add("uid", f"letter-{meeting.letter_id}@{domain}")
    event.add("dtstamp", at)
    event.add("dtstart", meeting.starts_at.astimezone(_ZONE))
    event.add("dtend", meeting.ends_at.astimezone(_ZONE))
    event.add("summary", one_line(item.subject))
    event.add("description", number_words(item.number))
    if meeting.place is not None:
        event.add("location", one_line(meeting.place))
    return event
