"""What can be said of generated files without calling them."""

from pathlib import Path

from tests.clients.php.programs import Php, run_tool

_READER = Path(__file__).with_name("reader.php")


def complaints(php: Php, client: Path) -> list[str]:
    """What PHP, or its reflection, finds wrong with the files below `src`: see `reader.php`."""
    found: list[str] = php(f"return (require '{_READER}')('{client / 'src'}');")
    return found


def tidiness(folder: Path) -> str:
    """What PHP_CodeSniffer has to say by PSR-12; its one rule that does not know `readonly class` aside."""
    done = run_tool(
        "phpcs", "-n", "--report=emacs", "--standard=PSR12", "--exclude=PSR1.Files.SideEffects", str(folder)
    )
    return done.stdout + done.stderr
