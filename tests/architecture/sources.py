"""Where the sources lie, and the rules about them as functions: source in, complaints out."""

import ast
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("accounts", "courses", "certificates", "staffing", "credit", "oversight", "website")
# Rooms whose files have known names; a sub-package that is an app of its own is one too.
CONTAINERS = tuple(ROOT / name for name in (*ROOMS, "courses/exams", "certificates/tlog"))
PYTHON = ("core", "config", *ROOMS, "tools", "benchmarks", "tests")


def modules(*folders: str, migrations: bool = False) -> list[Path]:
    """Every Python file below these folders of the checkout."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if migrations or "migrations" not in path.parts)


def tracked() -> list[Path]:
    """Every file that git keeps, as far as it is there and is text."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    paths = (ROOT / name for name in listed.stdout.split("\0") if name)
    return [path for path in paths if path.is_file()]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


# --- size -----------------------------------------------------------------------------------------------------------
def too_long(source: str, limit: int) -> list[str]:
    lines = source.count("\n") + (not source.endswith("\n"))
    return [f"{lines} lines"] if lines > limit else []


def long_functions(source: str, limit: int) -> list[str]:
    return [
        f"{node.name} has {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > limit
    ]


# --- what a module may not do ---------------------------------------------------------------------------------------
MANAGERS = frozenset({"objects", "_default_manager", "_base_manager"})


def manager_use(source: str) -> list[str]:
    """Views, exports and interfaces get rows from selectors."""
    return [
        f"line {node.lineno}: .{node.attr}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and node.attr in MANAGERS
    ]


def state_assignments(source: str) -> list[str]:
    """Any way to set a state that does not go through advance()."""
    return [f"line {node.lineno}" for node in ast.walk(ast.parse(source)) if _sets_state(node)]


def _sets_state(node: ast.AST) -> bool:
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        flat = [part for target in targets for part in ast.walk(target)]
        return any(isinstance(part, ast.Attribute) and part.attr == "state" for part in flat)
    if not isinstance(node, ast.Call):
        return False
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if called in ("update", "aupdate"):
        return any(keyword.arg == "state" for keyword in node.keywords)
    if called == "bulk_update":
        return any(isinstance(part, ast.Constant) and part.value == "state" for part in ast.walk(node))
    return called == "setattr" and len(node.args) > 1 and getattr(node.args[1], "value", "") == "state"


def environment_reads(source: str) -> list[str]:
    return [f"line {node.lineno}" for node in ast.walk(ast.parse(source)) if _reads_environment(node)]


def _reads_environment(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom) and node.module == "os":
        return any(alias.name in ("environ", "environb", "getenv") for alias in node.names)
    names = ("environ", "environb", "getenv")
    return isinstance(node, ast.Attribute) and node.attr in names and getattr(node.value, "id", "") == "os"


CLOCKS = {("timezone", "now"), ("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("time", "time")}


def other_clocks(source: str) -> list[str]:
    """Every moment comes from core.clock, which can travel."""
    return [
        f"line {node.lineno}: {node.value.id}.{node.attr}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and (node.value.id, node.attr) in CLOCKS
    ]


def impure_imports(source: str) -> list[str]:
    """Rules take dates and rows as arguments: no clock, no chance, no database."""
    forbidden = re.compile(
        r"core\.clock|random(?!\.Random$)|secrets|django\.db\.(?!models\.TextChoices)|(?!django).*\.models\b.*"
    )
    return [name for name in imported(source) if forbidden.match(name)]


def signal_use(source: str) -> list[str]:
    """No signals of models, no overridden save(): an effect is a call that one can read."""
    found = [name for name in imported(source) if name.startswith(("django.db.models.signals", "django.dispatch"))]
    saves = [
        f"line {node.lineno}: def {node.name}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and node.name in ("save", "delete", "full_clean")
    ]
    return found + saves


def imported(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def missing_docstring(source: str) -> list[str]:
    return [] if ast.get_docstring(ast.parse(source)) or not source.strip() else ["no sentence at its top"]


# --- events ---------------------------------------------------------------------------------------------------------
KIND = re.compile(r"[a-z]+\.[a-z_]+")


def kinds_by_name(paths: list[Path]) -> dict[str, set[str]]:
    """Constants that name a kind of event, whatever module they stand in."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                found[node.targets[0].id] |= _kinds([node.value], {})
    return found


def sent_kinds(source: str, names: dict[str, set[str]]) -> set[str]:
    """The kinds that a module sends: outbox.add("…") and jobs.start(kind="…")."""
    sent: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            call = (getattr(node.func.value, "id", ""), node.func.attr)
            if call == ("outbox", "add"):
                sent |= _kinds(node.args[:1], names)
            elif call == ("jobs", "start"):
                sent |= _kinds([keyword.value for keyword in node.keywords if keyword.arg == "kind"], names)
    return sent


def _kinds(nodes: list[ast.expr], names: dict[str, set[str]]) -> set[str]:
    written = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    named = [names.get(node.id, set()) for node in nodes if isinstance(node, ast.Name)]
    return {kind for kind in written.union(*named) if KIND.fullmatch(kind)}


# --- the audit trail ------------------------------------------------------------------------------------------------
VERB = re.compile(r"[a-z]+(\.[a-z_]+){1,2}")


def recorded_verbs(source: str) -> set[str]:
    """The verbs that a module writes down by audit.record(…). One that is put together is answered with a * in it; one
    that comes as a name stands for every verb that the module puts under that name."""
    tree = ast.parse(source)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    recorded = [node.args[1] for node in calls if ast.unparse(node.func) == "audit.record" and len(node.args) > 1]
    found = {_written_verb(node) for node in recorded if not isinstance(node, ast.Name)}
    for name in {node.id for node in recorded if isinstance(node, ast.Name)}:
        found |= _verbs_named(tree, name)
    return found


def _written_verb(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "*" for part in node.values)
    return node.value if isinstance(node, ast.Constant) else f"* {ast.unparse(node)}"


def _verbs_named(tree: ast.Module, name: str) -> set[str]:
    """Assigned to the name, or handed to a function of the module that has a parameter of this name."""
    functions = {
        node.name: [argument.arg for argument in node.args.args].index(name)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and name in [argument.arg for argument in node.args.args]
    }
    values: list[ast.AST] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and name in [getattr(target, "id", "") for target in node.targets]:
            values.append(node.value)
        elif isinstance(node, ast.Call) and (place := functions.get(getattr(node.func, "id", ""))) is not None:
            values += node.args[place : place + 1]
    written = {part.value for value in values for part in ast.walk(value) if isinstance(part, ast.Constant)}
    return {verb for verb in written if isinstance(verb, str) and VERB.fullmatch(verb)} or {f"* {name}"}
