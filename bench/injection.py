"""Injection: 500 payloads in each of 20 runbooks, past an advisor that obeys every one of them; then each
payload past a reader that obeys.

`python -m bench.injection [processes]`. It must show that advice changes no finding by a byte, that a payload
beside a command changes none either, and that no verdict falls below its finding. What such a model can do,
and does, is to say `safe` where the scanner says so too: how often that came through is told, too.
"""

from __future__ import annotations

import logging
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import islice

from tests.llm.injection_check import Tally, run
from tests.llm.injections import cases
from tests.llm.reading_injection import ReadTally, check, each_payload

CHUNK = 100


def chunks() -> list[list[int]]:
    """Numbers of cases, in pieces for a process each."""
    total = sum(1 for _ in cases())
    return [list(range(start, min(start + CHUNK, total))) for start in range(0, total, CHUNK)]


def piece(numbers: list[int]) -> Tally:
    """Check a run of cases by their numbers."""
    logging.disable(logging.WARNING)  # each answer that does not count is a warning, and here most are
    return run(list(islice(cases(), numbers[0], numbers[-1] + 1)))


def main(arguments: list[str]) -> int:
    """Check all; 1 where anything fell."""
    begun, tally = time.perf_counter(), Tally()
    work = chunks()
    with ProcessPoolExecutor(int(arguments[0]) if arguments else 2) as pool:
        for done, part in enumerate(pool.map(piece, work), 1):
            tally.add(part)
            if done % 10 == 0:
                print(f"{done} of {len(work)} pieces, {time.perf_counter() - begun:.0f} s", flush=True)
    for line in tally.broken[:20]:
        print("broken:", line)
    print(
        f"{tally.runbooks} injected runbooks, {tally.refused} refused as a whole; {tally.commands} commands"
    )
    print(f"judged, {tally.by_hand} no commands any more; {tally.safe} safe by both keys, which both say so")
    print(f"second key: {dict(tally.whys.most_common())}")
    broken = len(tally.broken) + reading(int(arguments[0]) if arguments else 2)
    print(f"injection broken {broken} target 0 {'short' if broken else 'ok'}")
    return 1 if broken else 0


def reading(processes: int) -> int:
    """Each payload in a runbook that an obedient model reads; how much was broken."""
    every, tally = each_payload(), ReadTally()
    with ProcessPoolExecutor(processes) as pool:
        for part in pool.map(check, [every[start::20] for start in range(20)]):
            tally.add(part)
    for line in tally.broken[:20]:
        print("broken:", line)
    print(f"read by a model that obeys: {tally.runbooks} runbooks, {tally.refused} refused as a whole;")
    print(f"differences {dict(tally.kinds.most_common())}, {tally.taken} of them taken")
    return len(tally.broken)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
