"""What a copy out of a wiki and out of a word processor puts on the clipboard: HTML, and text without it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Copied:
    """Both forms, and what the import must make of the HTML: (title, command) of each step, in order."""

    html: str
    text: str
    steps: tuple[tuple[str, str | None], ...]


# A view page of Confluence: headings with ids, a panel, code blocks inside of list items.
CONFLUENCE: Final = Copied(
    html=(
        "<meta charset='utf-8'><h1 id='Queue-stuck' data-local-id='a1'>Queue is stuck</h1>"
        "<div data-panel-type='info' class='ak-editor-panel'><p>Owned by payments.</p></div>"
        "<h2 id='Steps'>Steps</h2>"
        "<ol class='ak-ol' data-indent-level='1'><li><p data-renderer-start-pos='12'>Look at the pods:</p>"
        "<div class='code-block'><pre data-ds--code--code-block=''><code class='language-bash'>"
        "<span class=''>kubectl get pods -n payments</span></code></pre></div></li>"
        "<li><p>Restart the consumer:</p><div class='code-block'><pre><code class='language-bash'>"
        "kubectl -n payments rollout restart deploy/consumer</code></pre></div></li>"
        "<li><p>Run <code class='code' spellcheck='false'>uptime</code> on the host</p></li></ol>"
        "<style>h1 { color: red }</style>"
        "<script>window.hit = 1</script><img src='x' onerror='window.hit = 1'>"
    ),
    text=(
        "Queue is stuck Owned by payments. Steps Look at the pods: kubectl get pods -n payments "
        "Restart the consumer: kubectl -n payments rollout restart deploy/consumer Run uptime on the host"
    ),
    steps=(
        ("Look at the pods", "kubectl get pods -n payments"),
        ("Restart the consumer", "kubectl -n payments rollout restart deploy/consumer"),
        ("Run uptime on the host", "uptime"),
    ),
)

_SPAN: Final = "<span style='font-size:11pt;font-family:Arial,sans-serif;white-space:pre-wrap;'>"
_MONO: Final = "<span style=\"font-size:11pt;font-family:'Courier New',monospace;white-space:pre-wrap;\">"

# Google Docs: everything in one <b> that is not bold, styles for structure, a list item's text in a <p>.
GOOGLE_DOCS: Final = Copied(
    html=(
        "<meta charset='utf-8'><b style='font-weight:normal;' id='docs-internal-guid-3f1c'>"
        f"<h1 dir='ltr' style='line-height:1.38;'>{_SPAN}Disk of the runner is full</span></h1>"
        f"<ol style='margin-top:0;'><li dir='ltr' aria-level='1' style='list-style-type:decimal;'>"
        f"<p dir='ltr' role='presentation'>{_SPAN}See what is full: </span>{_MONO}df -h</span></p></li>"
        f"<li dir='ltr' aria-level='1'><p dir='ltr' role='presentation'>{_SPAN}Ask the team</span></p></li>"
        f"<ol><li dir='ltr' aria-level='2'><p dir='ltr'>{_SPAN}Post it in the channel</span></p></li>"
        f"</ol><li dir='ltr' aria-level='1'><p dir='ltr'>{_SPAN}Remove the old images: </span>"
        f"{_MONO}docker image prune</span></p></li></ol></b>"
    ),
    text=(
        "Disk of the runner is full\nSee what is full: df -h\nAsk the team\nPost it in the channel\n"
        "Remove the old images: docker image prune"
    ),
    steps=(
        ("See what is full: df -h", "df -h"),
        ("Ask the team", None),
        ("Post it in the channel", None),
        # A font is no structure; behind the colon stands a command nonetheless.
        ("Remove the old images: docker image prune", "docker image prune"),
    ),
)
