"""Gates that are told as a list, and what the shell of MongoDB reads."""

from __future__ import annotations

from ingest.coverage import partition
from ingest.pipeline import preview

MONGO = """\
# Election loop

1. Open a mongo shell:
   ```
   kubectl exec -it mongo-0 -- mongosh
   ```
   and run:
   ```js
   rs.status().members.forEach(m => print(m.name, m.stateStr))
   ```
2. If there's more than one PRIMARY: stop all application writers first, then step down the older one:
   ```js
   // the older one
   db.adminCommand({
     replSetStepDown: 120
   })
   ```
3. Only proceed if:
   - backups from last night are OK
   - the incident commander agrees

   Resync it:
   ```
   kubectl delete pvc data-mongo-2
   ```
"""


def test_the_items_of_a_gate_stand_in_it() -> None:
    made = preview(MONGO)
    told = [item.step.command or item.step.manual or "" for item in made.built.steps]
    gate = "Only proceed if: backups from last night are OK; the incident commander agrees."
    assert told.index(gate) < told.index("kubectl delete pvc data-mongo-2")
    fates = [(item.fate, MONGO[item.start : item.end]) for item in made.coverage.items]
    assert ("step", "the incident commander agrees") in fates
    assert next(span.start for span, _ in partition(MONGO, made.coverage)) == 0


def test_statements_of_mongo_are_typed_into_its_shell() -> None:
    drafts = preview(MONGO).extraction.drafts
    typed = [draft.text for draft in drafts if draft.dialect == "mongosh"]
    assert typed == [
        "rs.status().members.forEach(m => print(m.name, m.stateStr))",
        "db.adminCommand({\n  replSetStepDown: 120\n})",
    ]
    deed = next(draft for draft in drafts if draft.text == "stop all application writers first")
    assert deed.condition == "If there's more than one PRIMARY"


def test_other_javascript_stays_a_listing() -> None:
    text = "# A\n\nRun `node x.js`.\n\n```js\ndb.find(x)\nconst y = 1\n```\n"
    assert [draft.text for draft in preview(text).extraction.drafts] == ["node x.js"]


CERTIFICATE = """\
# Certificate expired

Look at it: `kubectl get challenge -n gateway`. If it says "valid" STOP, nothing is to be mended.

- DNS: "NXDOMAIN" → the TXT record isn't created. Check it: `kubectl logs -n external-dns deploy/external-dns`
- not expired -> the client's clock is wrong, not our problem. Tell them and close.

## Emergency

> Use this only with approval of the incident commander!

`kubectl delete order -n gateway --all`
"""


def test_a_case_may_say_why_before_what_is_done() -> None:
    steps = {item.step.id: item.step for item in preview(CERTIFICATE).built.steps}
    asked = {
        item.command or item.manual: steps[item.when.step or ""].manual
        for item in steps.values()
        if item.when is not None
    }
    logs = "kubectl logs -n external-dns deploy/external-dns"
    assert asked[logs] == 'DNS: "NXDOMAIN": is that so?'
    assert asked["kubectl delete order -n gateway --all"] == 'If it says "valid": is that so?'
    assert "not expired: is that so?" in asked.values()


def test_who_agrees_further_down_does_so_there() -> None:
    made = preview(CERTIFICATE)
    told = [item.step.command or item.step.manual or "" for item in made.built.steps]
    gate = told.index("Use this only with approval of the incident commander!")
    assert told[gate + 1] == "kubectl delete order -n gateway --all"
    assert not made.built.runbook.spec.prerequisites
