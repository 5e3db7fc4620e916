"""The `wian` command: every entry point of the system."""

from cyclopts import App

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
    "alive": ("cli.serve:alive", "Exit 0 if the process of WIAN_HEARTBEAT_FILE still beats."),
    "import": ("cli.ledger:import_", "Import a directory of organizations and officers."),
    "verify": ("cli.ledger:verify", "Recompute the chain and the numbers of every register."),
    "token": ("cli.token:token", "Print a token of an officer for the embedded default."),
}
for name, (place, text) in _COMMANDS.items():
    app.command(place, name=name, help=text)
db = App(name="db", help="The schema of the ledger.")
db.command("cli.ledger:upgrade", name="upgrade", help="Bring the schema to this version.")
app.command(db)


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
