"""Looks through source text for ways in which a text could come to be executed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

# Modules that start processes, or turn bytes into objects that run.
_FORBIDDEN_MODULES = frozenset(
    {"subprocess", "pty", "pickle", "marshal", "shelve", "dill", "cloudpickle", "code", "popen2"}
)
_FORBIDDEN_NAMES = frozenset({"eval", "exec", "compile", "__import__", "execfile"})
_FORBIDDEN_CALLS = frozenset({
    "os.system", "os.popen", "os.posix_spawn", "os.posix_spawnp", "os.fork", "os.forkpty",
    "asyncio.create_subprocess_shell", "asyncio.create_subprocess_exec",
    "yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.unsafe_load_all", "yaml.full_load", "yaml.full_load_all",
})  # fmt: skip
_SUSPECT = re.compile(
    r"shell|subprocess|\bpty\b|pickle|marshal|\bshelve\b|\bdill\b|(?:import|from)\s+code\b|\beval\b|\bexec\w{0,4}\(|(?<![.\w])compile\(|__import__"
    r"|\bsystem\b|popen|spawn|fork|\byaml\.|(?:import|from) yaml|[\"'/](?:ba|da|z|k|fi)?sh[\"']"
)
_UNSAFE_LOADERS = frozenset({"Loader", "UnsafeLoader", "FullLoader", "CLoader", "CFullLoader", "CUnsafeLoader"})
_SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ksh", "fish"})


def findings(source: str, *, may_start_processes: bool = False) -> list[str]:
    """Return `line: what` of every way in which something could be executed; one module may start processes."""
    if not _SUSPECT.search(source):  # nothing below can be there without one of these words
        return []
    tree = ast.parse(source)
    allowed = {"imports subprocess", "calls asyncio.create_subprocess_exec"} if may_start_processes else set()
    return sorted(f"{line}: {what}" for line, what in _walk(tree) if what not in allowed)


def _walk(tree: ast.Module) -> Iterator[tuple[int, str]]:
    nodes = list(ast.walk(tree))
    scopes = [tree, *(node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))]
    for scope in scopes:
        inside = nodes if scope is tree else list(ast.walk(scope))
        shells = [node for node in inside if _is_of_shells(node)]
        built = _built_in(inside) if shells else set()
        for node in shells:
            yield from _of_shells(node, built)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((node.lineno, f"imports {a.name}") for a in node.names if _top(a.name) in _FORBIDDEN_MODULES)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            if _top(node.module) in _FORBIDDEN_MODULES:
                yield node.lineno, f"imports {node.module}"
            for alias in node.names:
                if f"{node.module}.{alias.name}" in _FORBIDDEN_CALLS:
                    yield node.lineno, f"imports {node.module}.{alias.name}"
        elif isinstance(node, ast.Call):
            yield from _of_call(node)
        elif isinstance(node, ast.Attribute) and _name(node) in {f"yaml.{loader}" for loader in _UNSAFE_LOADERS}:
            yield node.lineno, f"uses {_name(node)}"


def _of_call(call: ast.Call) -> Iterator[tuple[int, str]]:
    name = _name(call.func)
    if name in _FORBIDDEN_NAMES or name in _FORBIDDEN_CALLS or name.startswith(("os.exec", "os.spawn")):
        yield call.lineno, f"calls {name}"
    for keyword in call.keywords:
        if keyword.arg == "shell" and not (isinstance(keyword.value, ast.Constant) and keyword.value.value is False):
            yield call.lineno, "passes shell="


def _is_of_shells(node: ast.AST) -> bool:
    """Whether it is `shell(...)`, or a list of words that begins with a shell."""
    if isinstance(node, ast.Call):
        return _name(node.func).rpartition(".")[2] == "shell"
    return isinstance(node, ast.List | ast.Tuple) and any(
        isinstance(each, ast.Constant) and str(each.value).rpartition("/")[2] in _SHELLS for each in node.elts[:2]
    )


def _of_shells(node: ast.AST, built: set[str]) -> Iterator[tuple[int, str]]:
    """Yield where a text that is put together goes to a shell: `shell(...)`, or an argv of `sh -c`."""
    if isinstance(node, ast.Call):
        texts = node.args
    else:
        assert isinstance(node, ast.List | ast.Tuple)
        flags = [(isinstance(each, ast.Constant) and str(each.value)) or "" for each in node.elts]
        texts = [
            text
            for flag, text in zip(flags, node.elts[1:], strict=False)
            if flag.startswith("-") and flag.endswith("c")
        ]
    if any(_interpolates(text, built) for text in texts):
        yield getattr(node, "lineno", 0), "puts a shell's text together"


def _interpolates(node: ast.expr, built: set[str]) -> bool:
    match node:
        case ast.JoinedStr():
            return any(isinstance(part, ast.FormattedValue) for part in node.values)
        case ast.BinOp(op=ast.Mod() | ast.Add()):
            return not (isinstance(node.left, ast.Constant) and isinstance(node.right, ast.Constant))
        case ast.Call(func=ast.Attribute(attr="format" | "format_map" | "join" | "replace" | "substitute")):
            return True
        case ast.IfExp():
            return _interpolates(node.body, built) or _interpolates(node.orelse, built)
        case ast.Name():
            return node.id in built
        case ast.Starred():
            return _interpolates(node.value, built)
    return False


def _built_in(nodes: list[ast.AST]) -> set[str]:
    """Return the names that are given to texts which have been put together."""
    built: set[str] = set()
    for _ in range(2):  # a name may be given on to another
        for node in nodes:
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value and _interpolates(node.value, built):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                built |= {target.id for target in targets if isinstance(target, ast.Name)}
            elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                built.add(node.target.id)
    return built


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return f"{_name(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else ""


def _top(module: str) -> str:
    return module.partition(".")[0]
