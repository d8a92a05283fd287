"""Pastes that cost a careless reader quadratic time, up to a megabyte of each."""

from __future__ import annotations

MIB = 1_000_000

TEXTS = {
    "nested_list": "".join("  " * depth + "- a\n" for depth in range(1_000)),
    "quotes": ">" * 60_000 + " a\n",
    "html_divs": "<div>" * 180_000,
    "html_shuffled": "<div><object></div></object>" * 35_000,
    "html_paragraphs": "<p>check x</p>" * 70_000,
    "html_comments": "<!-- -->" * 120_000 + "<p>x",
    "html_cdata": "<p><ac:plain-text-body><![CDATA[" * 25_000,
    "html_code": "<p>" + "<code>a</code> " * 30_000,
    "brackets": "# a\n\n- b\n\n" + ("[" * 60_000 + "\n") * 16,
    "backticks": "# a\n\n- b\n\n" + "`a" * 30_000,
    "angles": "# a\n\n- b\n\n" + ("<" * 60_000 + "\n") * 8,
    "images": "# a\n\n- b\n\n" + ("![a](" * 10_000 + "\n") * 16,
    "emphasis": "# a\n\n- b\n\n" + ("**a " * 15_000 + "\n") * 16,
    "underscores": "# a\n\n- b\n\n" + ("_a*" * 20_000 + "\n") * 6,
    "tildes": "# a\n\n- b\n\n" + ("~~a " * 15_000 + "\n") * 6,
    "entities": "# a\n\n- b\n\n" + ("&amp;" * 12_000 + "\n") * 6,
    "references": "# a\n\n- b\n\n" + "".join(f"[a{n}]: b\n" for n in range(8_000)),
    "pipes": "# a\n\n- b\n\n" + ("|" * 60_000 + "\n") * 16,
    "one_line": "a " * (MIB // 2),
    "items": "- check a\n" * 100_000,
    "newlines": "# a\n- b" + "\n" * MIB,
    "private_keys": "-----BEGIN PRIVATE KEY-----\n" * 30_000,
    "wide_table": "# a\n\n" + "|a" * 1_000 + "|\n" + "|-" * 1_000 + "|\n" + "|\n" * 15_000,
    "prompts": "```\n" + "a@" * 30_000 + "\n```\n",
    "placeholders": "```bash\nkubectl get pods " + " ".join(f"<p{n}>" for n in range(1_200)) + "\n```\n",
    "wiki_code": "h2. a\nh2. b\n" + ("{code}" * 9 + "\n") * 19_000,
    "wiki_mono": "h2. a\nh2. b\n" + ("{{a}} " * 9 + "\n") * 19_000,
    "passwords": ("password: " * 6_000 + "\n") * 16,
    "labels": "- Disk full: restart it when it is down and\n" * 19_000,
    "short_fences": "``\n" + ("a" * 20 + "\n") * 12 + "x",
    "paths": "```bash\n" + ("/" * 15_000 + "x\n") * 4 + "```\n",
    "bare_paths": "```\n" + ("/" * 15_000 + "x\n") * 4 + "```\n",
    "flags": "Run `foo" + " --aa" * 19 + " !" + "x" * 300 + "`\n",
    "turned": "# a\n\n- b\n\n" + ("a\u202eb\u202c " * 4_000 + "\n\n") * 15,
    "said_again": "# a\n\n- check b\n\n" + ("go to step 3. " * 64 + "\n\n") * 150,
    "substitutions": "```bash\necho " + "$(" * 7_000 + "\n```\n",
}
