"""The `wian` command: every entry point of the system."""

import os
import sys

from cyclopts import App, CycloptsError

app = App(
    name="wian",
    help="Carry an official Thai circular down the tiers of government and bring the"
    " acknowledgments back.",
    version="0.1.0",
)
# Each command is imported when it is called: `wian --help` must not load a web framework.
_COMMANDS = {
    "demo": ("cli.demo:demo", "Play the reference circular on this machine and print its route."),
    "up": ("cli.up:up", "Run everything on this machine until Ctrl-C."),
    "api": ("cli.serve:api", "Serve the HTTP API."),
    "worker": ("cli.serve:worker", "Run the processes of the dispatches."),
    "relay": ("cli.serve:relay", "Carry messages from the ledger to the processes."),
    "sealer": ("cli.seal:sealer", "Sign the log of the record every few seconds."),
    "alive": ("cli.serve:alive", "Exit 0 if the process of WIAN_HEARTBEAT_FILE still beats."),
    "import": ("cli.keep_ledger:import_", "Import a directory of organizations and officers."),
    "import-bodies": ("cli.import_bodies:import_bodies_", "Import local bodies from CSV or XLSX."),
    "verify": (
        "cli.keep_ledger:verify",
        "Recompute registers, letters and the log.",
    ),
    "fence": ("cli.seal:fence", "Show whether numbers are given; stop them, or let them go on."),
    "new-log": ("cli.seal:new_log", "Begin a new log after a backup was restored."),
    "log-key": ("cli.seal:log_key", "Print the log's public key, for auditors and verifiers."),
    "audit": ("cli.audit:audit", "Print the record: who had a letter, when, with which number."),
    "intake": ("cli.intake:intake", "Read a letter's file: fields, contradictions, recipients."),
    "search": ("cli.search:search", "Find letters by what they say; --reindex what exists."),
    "evidence": ("cli.evidence:evidence", "Print what proves a hop to a stranger."),
    "mails": ("cli.mails:mails", "Count the notices by mail; --resend those that were given up."),
    "figures": ("cli.figures:figures", "Print how fast and punctual hops are, or recount that."),
    "token": ("cli.token:token", "Print a token of an officer for the embedded default."),
}
for name, (place, text) in _COMMANDS.items():
    app.command(place, name=name, help=text)
db = App(name="db", help="The schema of the ledger.")
db.command("cli.ledger:upgrade", name="upgrade", help="Bring the schema to this version.")
app.command(db)
calendar = App(name="calendar", help="Working days: count, add, show, and days of your own.")
_CALENDAR = {
    "count": ("cli.calendar:count", "Print the working days between two days."),
    "add": ("cli.calendar:add", "Print the day so many working days later."),
    "month": ("cli.calendar:month", "Show a month."),
    "import": ("cli.calendar_ledger:import_", "Add days off or working days from a CSV file."),
    "export": ("cli.calendar_ledger:export", "Write those days as CSV."),
    "withdraw": ("cli.calendar_ledger:withdraw", "End days that were added."),
    "hours": ("cli.calendar_ledger:hours", "Set the office hours of a scope."),
    "announce": ("cli.calendar_ledger:announce", "Confirm the holidays of a year."),
}
for name, (place, text) in _CALENDAR.items():
    calendar.command(place, name=name, help=text)
app.command(calendar)
policies = App(name="policies", help="What each urgency class means, and who may extend.")
policies.command("cli.policies:export", name="export", help="Write the policies as JSON.")
policies.command("cli.policies:import_", name="import", help="Let other policies hold.")
app.command(policies)


def main() -> None:
    """Run the command line; words that it cannot read end with one line and exit code 2."""
    try:
        _run()
    except CycloptsError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        # Whoever read, such as `head`, has seen enough: Python need not try again at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _run() -> None:
    try:
        app(sys.argv[1:], exit_on_error=False, print_error=False)
    finally:
        sys.stdout.flush()


if __name__ == "__main__":
    main()
