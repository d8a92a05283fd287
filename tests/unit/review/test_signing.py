"""Who said a comment that our account writes."""

from __future__ import annotations

from controller.review.signing import signed


def test_a_comment_names_its_author_and_keeps_its_first_line() -> None:
    said = signed("Ada\n/dd0c plan <b>", "/dd0c explain look")
    assert said.splitlines() == [
        "/dd0c explain look",
        "",
        "<sub>Ada /dd0c plan &lt;b&gt;, in dd0c/run</sub>",
    ]
