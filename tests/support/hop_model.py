"""What a hop and a dispatch may do, in plain Python: the ledger is compared with it."""

from dataclasses import dataclass, field
from uuid import UUID

from services.register_hop import Receipt

UNSETTLED = {"sent", "registered", "forwarded"}
MOVES = {
    ("sent", "register"): "registered",
    ("sent", "refuse"): "refused",
    ("sent", "recall"): "recalled",
    ("registered", "return"): "returned",
    ("registered", "acknowledge"): "acknowledged",
    ("registered", "forward"): "forwarded",
    ("forwarded", "forward"): "forwarded",
}


WITH_OTHERS_BELOW = {"hall", "office", "district_a"}


@dataclass
class ModelDispatch:
    id: UUID
    sender: str
    above: "ModelHop | None"
    counts_from_receipt: bool = False
    hops: "list[ModelHop]" = field(default_factory=list)
    state: str = "open"

    def senders(self) -> set[str]:
        """Who sent it or a dispatch above it."""
        return {self.sender} | (self.above.dispatch.senders() if self.above else set())


@dataclass
class ModelHop:
    id: UUID
    recipient: str
    dispatch: ModelDispatch
    state: str = "sent"
    receipt: Receipt | None = None
    below: list[ModelDispatch] = field(default_factory=list)
    notices: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)

    def refusal(self, who: str, action: str) -> str | None:
        """The code with which `who` is refused, or None."""
        if who != self.recipient and who not in self.dispatch.senders():
            return "not_found"
        if action == "recall" and who != self.dispatch.sender:
            return "not_the_sender"
        if action != "recall" and who != self.recipient:
            return "not_the_recipient"
        return None if (self.state, action) in MOVES else "hop_step_not_allowed"

    def begin_to_count(self) -> None:
        """Count from the receipt: what was told of the old deadline may be told of the new one.

        The time to send on is the same day here, and so stays told.
        """
        self.told = {step for step in self.told if "register" in step or "forward" in step}

    def owes(self, step: str) -> bool:
        """Whether the hop is still to do what a step speaks of."""
        if step == "arrived":
            return False
        if "register" in step:
            return self.state == "sent"
        if step == "overdue_forward":
            return self.state in {"sent", "registered"} and self.recipient in WITH_OTHERS_BELOW
        return self.state in UNSETTLED
