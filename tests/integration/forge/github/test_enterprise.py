"""GitHub Enterprise Server: the API lies below `/api/v3` of the host that people open, and nowhere else."""

from __future__ import annotations

import pytest

from forge.errors import NoSuchRepository
from forge.github.address import parse_address
from forge.github.credential import TokenCredential
from tests.integration.forge.conformance import MAINTAINER, PASS, proposal
from tests.integration.forge.github.imitation import TOKEN
from tests.integration.forge.github.server import GitHub


def test_an_enterprise_server_is_asked_at_its_own_host(github: GitHub) -> None:
    github.set(enterprise=True)
    address = parse_address(github.address.git_url)
    forge = github.forge_as(TokenCredential(TOKEN), address=address)
    pull = forge.publish(proposal())
    forge.set_check(pull.head, PASS)
    forge.mirror_of(pull.number, [pull.head])
    done = forge.merge(pull.number, expected_head=pull.head, method="squash", actor=MAINTAINER)
    assert (forge.get(pull.number).state, github.repository.ref("refs/heads/main")) == ("merged", done.commit)
    with pytest.raises(NoSuchRepository):
        github.forge().look()
