"""What is forbidden, taken back, told of, printed or cited is no step; what is for a case waits for it."""

from __future__ import annotations

import pytest

from tests.unit.ingest.telling import HEAD, X, commands, made_of


def _wrong(rows: str, allowed: object, *, head: str = HEAD) -> dict[str, object]:
    """The rows of which the command is another than wanted: None (no step), True (waits), False."""
    found = {
        row: commands(f"{head}{row.replace('$X', f'`{X}`')}\n").get(X) for row in rows.strip().split("\n")
    }
    return {row: kind for row, kind in found.items() if kind is not allowed}


TOLD_OF = """
We used to run $X.
Bob wrote: run $X.
The DBA said: first run $X
Ann Lee replied: just use $X.
> Bob wrote: run $X
> The DBA said: now run $X
Never: run $X.
Do not do this: run $X.
Don't do any of the following: run $X.
Avoid risky commands: run $X.
Do not use it in production: run $X.
Do not log in, run $X or reboot.
Do not, under any circumstances, run $X.
Things you should not do: run $X.
To avoid running $X, run `uptime -s`.
Do not do it by hand: run $X.
It is not necessary to run $X.
There is no need to run $X.
$X ← NO!
$X (DEPRECATED)
$X – obsolete
$X ❌
1. $X - don't!
$X does not work.
$X was removed.
Running $X would lose data.
If you run $X, you lose data.
The alert runs $X by itself.
Puppet runs $X.
Kubernetes will run $X for you.
Did you run $X?
Somebody ran $X yesterday.
Run `kubectl get pods`; it prints $X.
You should see $X in the log.
The log says: $X
Old way: $X
Wrong: $X
Example output: $X
Not $X.
Run `systemctl start web`, not $X.
Run `systemctl start web` (not $X!).
Instead of $X, run `systemctl start web`.
Please ignore $X.
Bob says to run $X.
People often run $X.
It is tempting to run $X.
It's a bad idea to run $X.
Resist the urge to run $X.
Try anything but $X.
$X used to work here.
$X would also work.
The command $X hung.
See also $X.
Was: $X
TODO: $X
Only Anna may run $X.
Veraltet: $X
Falsch: $X
Obsolète : $X
Antes: $X
$X war früher nötig.
Ask the DBA to run $X.
The DBA runs $X.
Niemals $X ausführen.
$X nicht ausführen!
Führen Sie $X nicht aus.
Ne pas exécuter $X.
No ejecute $X.
No uses nunca $X.
No use: $X
No usar el comando $X.
Nunca use $X.
Não execute $X.
Non eseguire $X.
$X は実行しないでください。
不要运行 $X。
Не выполняйте $X.
It prints <samp>systemctl stop web</samp>.
Then <s>$X</s>, go on.
Then <span style="display:none">$X</span>, go on.
<button>systemctl stop web</button>
"""


def test_what_a_sentence_only_tells_of_is_no_step() -> None:
    assert _wrong(TOLD_OF, None) == {}


ASKED_FOR = """
Run $X.
Don't wait: run $X.
Don't panic: run $X.
Don't skip this: run $X.
Don't wait for the alert: stop it with $X.
Do not use the console: run $X.
Do not reboot the node; run $X instead.
Do not reboot, but run $X.
Do not reboot: instead run $X.
Do not panic; run $X.
Do not run `reboot`, run $X instead.
To avoid downtime, run $X.
In order not to lose data, run $X.
> **Note:** run $X
The page says: run $X
Can you run $X?
You used the console; now run $X.
Nodes that were cordoned earlier come back with $X.
Then the node we drained comes back with $X.
Next the pods that were stopped get started again with $X.
As the config was changed reload it with $X.
Because the disk has been replaced rebuild it with $X.
Now that the pod was deleted scale it by running $X.
The service we stopped before gets started by running $X.
You then restore what they deleted with $X.
You'll need to run $X.
We usually run $X.
Use $X to see what is wrong.
Don't forget to run $X.
Do not hesitate to run $X.
Then run $X and do not skip the next step.
Use $X to stop it.
Nicht vergessen: $X ausführen.
$X ausführen.
Lancez $X.
Ejecute $X.
Execute $X.
With no user sessions left, run $X.
After no use for 5 min, run $X.
With no utilization left, run $X.
On the NE run $X.
"""


def test_what_it_asks_for_is_one() -> None:
    assert _wrong(ASKED_FOR, False) == {}


CASES = """
There is no use waiting: run $X.
403 Forbidden: run $X.
Don't wait: run $X only if Ann agrees.
When there are no users connected, run $X.
If no corruption is found, run $X.
When no user traffic is seen: $X
If there are no uses of it, run $X.
If we have no haproxy, run $X.
If no Debezium connector is left, run $X.
Disk full? $X
No luck? $X
For production only: $X
Only on the primary: $X
On failure: $X
In an emergency: $X
Optional: $X
As a last resort: $X
Emergency only: $X
Failing that, $X
$X (production only)
$X (only on the primary)
$X if needed
$X - not in production
1. $X Don't run this in production.
Falls die Platte voll ist, $X ausführen.
$X ausführen, falls die Platte voll ist.
Bei voller Platte: $X
Só em produção: $X
Nur im Notfall: $X
Si le disque est plein, exécutez $X.
Si el disco está lleno, ejecute $X.
Se o disco estiver cheio, execute $X.
"""


def test_what_is_for_a_case_waits_for_it() -> None:
    assert _wrong(CASES, True) == {}


OVER = """
Do not run this:
Strictly forbidden:
Expected output:
Sample output:
**Output**
Result:
It should print
You will see something like:
The log shows:
In the logs:
Ausgabe:
Sortie :
## Example output
## Expected result
## Deprecated procedure
## Old (obsolete)
## Obsolete
## Legacy procedure (retired)
## Don'ts
Add this to crontab:
Put into `/etc/rc.local`:
The script does:
Contents of `/etc/cron.d/x`:
`/usr/local/bin/x.sh` contains:
Under the hood this does:
This is `deploy.sh`:
Nicht ausführen:
Ne pas exécuter :
Nunca ejecute:
"""
OVER_STEPS = """
Then stop it:
To see the logs again, run:
Check that the output is right and stop it:
The result of all this is that you stop it:
## Old nodes
## Archive the logs
## Output queue
Write the image to /dev/sdb:
"""


@pytest.mark.parametrize("language", ["", "bash"])
def test_what_a_line_says_of_the_code_below_it(language: str) -> None:
    code = f"```{language}\n{X}\n```\n"
    over = {
        line: X in commands(f"{HEAD}{line}\n\n{code}") for line in (OVER + OVER_STEPS).strip().split("\n")
    }
    wanted = dict.fromkeys(over, True) | dict.fromkeys(OVER.strip().split("\n"), False)
    del over[""], wanted[""]
    assert over == wanted


@pytest.mark.parametrize(
    ("code", "waits"),
    [
        ("# Do not run:\n{}", None),
        ("uptime\n# Example output:\n{}", None),
        ("# deprecated:\n{}", None),
        ("{} # do not run this", None),
        ("{} # never in prod", True),
        ("{}  # only if the disk is full", True),
        ("uptime\n# if it still hangs\n{}", True),
        ("# Do not run these:\nuptime\n{}", None),
        ("# Do not run:\nuptime\n\n{}", False),
        ("# stop it\n{}", False),
        ("{} # takes two minutes", False),
    ],
)
def test_what_comments_say(code: str, waits: bool | None) -> None:
    assert commands(f"{HEAD}```bash\n{code.format(X)}\n```\n").get(X) is waits


@pytest.mark.parametrize(
    ("behind", "waits"),
    [
        ("Never run this.", None),
        ("Never run this in production.", True),
        ("(do not run this while a backup runs)", True),
        ("Only on the primary.", True),
        ("This takes two minutes.", False),
        ("Do not close the window.", False),
        ("If needed, look at the log.", False),
    ],
)
def test_what_the_paragraph_behind_says(behind: str, waits: bool | None) -> None:
    assert commands(f"{HEAD}```bash\n{X}\n```\n\n{behind}\n").get(X) is waits


@pytest.mark.parametrize(
    "text",
    [
        "Before running $X, ask the DBA.",
        "After approval from the DBA run $X.",
        "With the DBA on the phone, run $X.",
        "Together with the DBA, run $X.",
        "$X — requires approval of the DBA",
        "⚠️ Get OK from the DBA! $X",
        "**Note:** Ask the DBA first.\n\n$X",
        "⚠️ Ask the DBA first.\n\n$X",
        "$X\n\nBut before that, ask the DBA.",
        '!!! danger "Ask the DBA first"\n    It hurts.\n\n$X',
        ":::warning[Ask the DBA first]\nIt hurts.\n:::\n\n$X",
        "Stop\n: Ask the DBA first\n: $X",
        "<aside>\n⚠️ Ask the DBA first.\n\n</aside>\n\n$X",
        "Bitte zuerst den DBA fragen.\n\n$X",
        "Nach Freigabe durch den DBA $X ausführen.",
        "Avec l'accord du DBA, exécutez $X.",
        "Con el visto bueno del DBA, ejecute $X.",
        "Demandez d'abord l'accord du DBA.\n\n$X",
        "Pida primero la aprobación del DBA.\n\n$X",
        "Peça primeiro a aprovação do DBA.\n\n$X",
    ],
)
def test_gates_come_before_their_command(text: str) -> None:
    made = made_of(f"# A\n\n{text.replace('$X', f'`{X}`')}\n")
    assert made is not None
    steps = [item.step for item in made.built.steps]
    before = [
        step.manual or "" for step in steps[: next(at for at, step in enumerate(steps) if step.command)]
    ]
    assert "DBA" in " ".join([*before, *(item.text for item in made.built.runbook.spec.prerequisites)])
    assert [step.command for step in steps if step.command] == [X]
