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

_RESTART: Final = "kubectl -n db rollout restart sts/replica"

# Notion: lists with <p> in them, code blocks with a class, a callout in <aside>; its text is Markdown.
NOTION: Final = Copied(
    html=(
        "<meta charset='utf-8'><h1>Replica lag</h1>\n<aside>\n<p>Owned by data.</p>\n</aside>\n<ol>\n"
        '<li><p>Look at the pods:</p>\n<pre><code class="language-bash">kubectl get pods -n db\n</code></pre>'
        "\n</li>\n<li><p>Restart it: <code>kubectl -n db rollout restart sts/replica</code></p></li>\n"
        "<li><p>Tell the team</p></li>\n</ol>\n<!-- notionvc: 5b6b2d5c-7c11-4d5a-8c0e-b1f4b5a1c0de -->"
    ),
    text=(
        "# Replica lag\n\n<aside>\nOwned by data.\n\n</aside>\n\n1. Look at the pods:\n    \n    ```bash\n"
        "    kubectl get pods -n db\n    ```\n    \n"
        "2. Restart it: `kubectl -n db rollout restart sts/replica`\n"
        "3. Tell the team\n"
    ),
    steps=(
        ("Look at the pods", "kubectl get pods -n db"),
        (
            "Restart it: kubectl -n db rollout restart sts/replica",
            "kubectl -n db rollout restart sts/replica",
        ),
        ("Tell the team", None),
    ),
)

_NUMBER: Final = (
    "<![if !supportLists]><span style='mso-list:Ignore'>{}.<span style='font:7.0pt \"Times New Roman\"'>"
    "&nbsp;&nbsp;&nbsp; </span></span><![endif]>"
)
_ITEM: Final = "<p class=MsoListParagraph style='text-indent:-.25in;mso-list:l0 level1 lfo1'>"
_COURIER: Final = "<span style='font-family:\"Courier New\"'>"

# Word: no list but numbers that are not text, styles in conditional comments, and `--` made into a dash.
WORD: Final = Copied(
    html=(
        '<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns="http://www.w3.org/TR/REC-html40"><head>'
        "<meta name=Generator content='Microsoft Word 15'><style><!-- @list l0:level1 {} --></style></head>"
        "<body lang=EN-US><!--StartFragment--><h1>The web server does not answer<o:p></o:p></h1>"
        "<p class=MsoNormal>Owned by the web team.<o:p></o:p></p>"
        f"{_ITEM}{_NUMBER.format(1)}Look whether it runs: {_COURIER}systemctl status nginx</span></p>"
        f"{_ITEM}{_NUMBER.format(2)}Remove old logs: {_COURIER}journalctl \u2013vacuum-time=7d</span></p>"
        f"{_ITEM}{_NUMBER.format(3)}Ask the team<o:p></o:p></p><!--EndFragment--></body></html>"
    ),
    text=(
        "The web server does not answer\r\nOwned by the web team.\r\n"
        "1.\tLook whether it runs: systemctl status nginx\r\n"
        "2.\tRemove old logs: journalctl \u2013vacuum-time=7d\r\n3.\tAsk the team\r\n"
    ),
    steps=(
        ("Look whether it runs: systemctl status nginx", "systemctl status nginx"),
        ("Remove old logs: journalctl --vacuum-time=7d", "journalctl --vacuum-time=7d"),
        ("Ask the team", None),
    ),
)
