import { describe, expect, it } from "vitest";
import { type Item, matches } from "@/pages/runbooks/filter";
import { groupsOf, type Move, waitingOf } from "@/pages/upgrade/queries";
import { summary } from "@/pages/upgrade/upgrade-page";

function move(id: string, runbook: string, state: Move["state"], rule: string): Move {
  const verdict = {
    risk: "caution",
    unknown: false,
    scanner: "caution",
    why: "because",
    ruleIds: [rule],
    scannerVersion: "1",
    knowledgeVersion: "sha256:0",
    reason: "so",
  } as const;
  return {
    id,
    runbook: { id: runbook, name: runbook, title: runbook },
    versionId: "ver",
    step: "look",
    title: "Look",
    command: "df -h",
    state,
    before: { ...verdict, ruleIds: [rule] },
    after: { ...verdict, ruleIds: [rule] },
    at: "2026-11-29T12:00:00Z",
  };
}

describe("verdicts after an update", () => {
  const moves = [
    move("1", "quiet", "raised", "a.read"),
    move("2", "busy", "waiting", "a.read"),
    move("3", "busy", "waiting", "b.write"),
  ];

  it("are grouped by runbook or by rule, those that wait first", () => {
    expect(groupsOf(moves, "runbook").map((group) => [group.title, waitingOf(group).length])).toEqual([
      ["busy", 2],
      ["quiet", 0],
    ]);
    const byRule = groupsOf(moves, "rule");
    expect(byRule.map((group) => [group.title, group.moves.length])).toEqual([
      ["a.read", 2],
      ["b.write", 1],
    ]);
    expect(byRule.every((group) => group.runbook === undefined)).toBe(true);
  });

  it("say in a sentence what is so", () => {
    expect(summary({ waiting: 0, raised: 0, toLookAt: 0 })).toBe("No verdict moved");
    expect(summary({ waiting: 1, raised: 2, toLookAt: 1 })).toBe(
      "1 lower verdict waiting for an owner, 2 verdicts raised, 1 runbook still to be looked at",
    );
  });
});

describe("the filter of stale runbooks", () => {
  const item = (codes: string[]) =>
    ({
      title: "t",
      name: "n",
      path: "p",
      owners: [],
      profile: [],
      stale: codes.map((code) => ({ code, message: code, hint: "", steps: [] })),
    }) as unknown as Item;

  it("takes any reason, or one by its code", () => {
    expect(matches(item(["owner_missing"]), { stale: "yes" }, undefined)).toBe(true);
    expect(matches(item([]), { stale: "yes" }, undefined)).toBe(false);
    expect(matches(item(["owner_missing"]), { stale: "never_run" }, undefined)).toBe(false);
    expect(matches(item(["owner_missing"]), { stale: "owner_missing" }, undefined)).toBe(true);
  });
});
