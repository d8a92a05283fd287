"""The names that a document may use, as types: one place for each form."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, Field, Strict, StringConstraints
from pydantic_core import PydanticCustomError

from schemas.holes import TEMPLATE_WORDS, valid_name
from schemas.patterns import PatternError, compile_pattern

RunbookName = Annotated[str, Strict(), StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
"""`metadata.name`: the identity of a runbook in its repository."""

StepName = Annotated[str, Strict(), StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
"""The id of a step, a prerequisite or an ambiguity; unique in the document only."""

LabelKey = Annotated[
    str, Strict(), StringConstraints(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,126}[A-Za-z0-9])?$")
]
LabelValue = Annotated[
    str, Strict(), StringConstraints(pattern=r"^(?:[A-Za-z0-9](?:[A-Za-z0-9._:/@-]{0,126}[A-Za-z0-9])?)?$")
]
AgentLabels = dict[LabelKey, LabelValue]
"""Labels of agents, targets and runbooks; text on both sides."""

AlertLabelKey = Annotated[str, Strict(), StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_.:/-]{0,126}$")]

Owner = Annotated[
    str,
    Strict(),
    StringConstraints(
        pattern=r"^(?:@[A-Za-z0-9][A-Za-z0-9-]{0,38}(?:/[A-Za-z0-9][A-Za-z0-9._-]{0,99})?"
        r"|[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190})$"
    ),
]
"""`@user`, `@organisation/team` or an e-mail address, as in CODEOWNERS."""

EnvName = Annotated[str, Strict(), StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,127}$")]
SecretName = Annotated[str, Strict(), StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,62}$")]
"""The name under which an agent's host knows a secret."""

RepositoryPath = Annotated[
    str,
    Strict(),
    StringConstraints(
        pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}(?:/[A-Za-z0-9_][A-Za-z0-9._-]{0,127}){0,7}$"
    ),
]
"""A path inside a repository: no leading slash, no `..`, no hidden file."""

RESERVED_ENV: Final = frozenset(
    "PATH HOME LANG LC_ALL ENV IFS SHELL SHELLOPTS BASHOPTS PS4 CDPATH GLOBIGNORE PROMPT_COMMAND TMPDIR "
    "PYTHONPATH PYTHONSTARTUP PYTHONHOME PERL5OPT PERL5LIB RUBYOPT RUBYLIB NODE_OPTIONS JAVA_TOOL_OPTIONS "
    "GIT_SSH GIT_SSH_COMMAND GIT_EXTERNAL_DIFF GIT_PAGER PAGER EDITOR VISUAL LESSOPEN".split()
)
RESERVED_ENV_PREFIXES: Final = ("BASH_", "LD_", "DYLD_", "DD0C_")
"""Names that would change which program runs or how the shell reads the command; a step may not set them."""


def reserved_env(name: str) -> bool:
    """Whether a step's `env` may not set this name."""
    return name in RESERVED_ENV or name.startswith(RESERVED_ENV_PREFIXES)


def _variable_name(name: str) -> str:
    if name in TEMPLATE_WORDS:
        raise PydanticCustomError("template_word", "`{name}` is a word of Go's templates", {"name": name})
    if not valid_name(name):
        raise PydanticCustomError("variable_name", "`{name}` is no name for a variable", {"name": name[:64]})
    return name


VariableName = Annotated[str, Strict(), Field(max_length=256), AfterValidator(_variable_name)]


def _pattern(pattern: str) -> str:
    try:
        compile_pattern(pattern)
    except PatternError as error:
        raise PydanticCustomError(
            "pattern", "RE2 refuses this pattern: {reason}", {"reason": str(error)}
        ) from error
    return pattern


PatternText = Annotated[str, Strict(), Field(min_length=1), AfterValidator(_pattern)]
"""A regular expression of RE2."""
