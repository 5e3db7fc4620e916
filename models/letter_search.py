"""Where the words of letters are found."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Connection, ForeignKey, Index, event, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from domain.vocabulary import Secrecy, Urgency
from models.base import Base
from models.columns import Choice, one_of


class LetterSearch(Base):
    """What a letter is found by, written when it is issued; it can be made anew at any time.

    `words` holds words and runs of signs as services/index_letter.py makes them, `folded` the text
    without what people leave out; `rules` is the edition of the rules that made them. `place` is
    the time in the letter's id, so the greatest is the newest. The other columns repeat the
    letter's, so that a search reads no other table.
    """

    __tablename__ = "letter_search"

    letter_id: Mapped[UUID] = mapped_column(ForeignKey("letter.id"), primary_key=True)
    place: Mapped[int] = mapped_column(BigInteger)
    registry_id: Mapped[UUID]
    circular_id: Mapped[UUID]
    secrecy: Mapped[Secrecy] = mapped_column(Choice(Secrecy))
    urgency: Mapped[Urgency] = mapped_column(Choice(Urgency))
    is_circular: Mapped[bool]
    dated: Mapped[date]
    words: Mapped[Any] = mapped_column(TSVECTOR)
    folded: Mapped[str]
    rules: Mapped[int]

    __table_args__ = (
        one_of("secrecy", Secrecy),
        one_of("urgency", Urgency),
        CheckConstraint("place >= 0 AND place < 1152921504606846976", name="place_60_bits"),
        Index(None, "place"),
        Index(None, "registry_id"),
        Index(None, "circular_id"),
        Index(
            None,
            "words",
            postgresql_using="gin",
            postgresql_with={"gin_pending_list_limit": "2048"},
        ),
        Index(
            None,
            "folded",
            postgresql_using="gin",
            postgresql_ops={"folded": "gin_trgm_ops"},
            postgresql_with={"gin_pending_list_limit": "2048"},
        ),
    )


@event.listens_for(LetterSearch.__table__, "before_create")
def _create_extension(_: object, connection: Connection, **__: object) -> None:
    """Let tests make the tables without the migrations."""
    connection.execute(text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
