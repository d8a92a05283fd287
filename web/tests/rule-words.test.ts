import { describe, expect, it } from "vitest";
import type { RuleChange, RunbookChange } from "@/review/queries";
import { beginning, reachSentence, ruleName, ruleValue, settingsNames } from "@/review/rule-words";

const rule = (change: Partial<RuleChange>): RuleChange => ({
  file: "policy",
  name: "fourEyes",
  looser: true,
  ...change,
});

function reached(begins: readonly number[], steps = 3): RunbookChange {
  const all = Array.from({ length: steps }, (_, at) => ({
    change: "changed",
    after: { number: at + 1, title: `Step ${at + 1}` },
  }));
  return { name: "disk", title: "Disk", steps: all, beginsAlone: begins } as unknown as RunbookChange;
}

describe("what every run is held to", () => {
  it("has a name and two sides in words", () => {
    expect(ruleName(rule({}))).toBe("Four eyes are asked for");
    expect(ruleName(rule({ file: "flags", name: "auto-run" }))).toBe("Flag auto-run");
    expect(ruleName(rule({ name: "rule edge" }))).toBe("Rule edge");
    expect(ruleName(rule({ name: "newField" }))).toBe("newField");
    expect(ruleValue(rule({ before: "true", after: "false" }), "before")).toBe("yes");
    expect(ruleValue(rule({ name: "approvals.minutes", after: "600" }), "before")).toBe("not said");
    expect(ruleValue(rule({ name: "rule edge", before: "- services: [a]" }), "after")).toBeNull();
  });

  it("says how many steps of what it does not touch will run without asking", () => {
    expect(reachSentence([])).toBe("No step in service begins or ends to run by itself under it");
    expect(reachSentence([reached([])])).toContain("Fewer steps run by themselves");
    expect(reachSentence([reached([1]), reached([])])).toBe(
      "1 step of 1 runbook that it does not touch will run without asking",
    );
    expect(reachSentence([reached([1, 2]), reached([3])])).toContain("3 steps of 2 runbooks");
  });

  it("names the steps, and counts those of a long runbook", () => {
    expect(beginning(reached([1, 3]))).toBe("1 Step 1, 3 Step 3");
    expect(beginning(reached([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 10))).toContain("8 Step 8 and 2 more");
  });

  it("names the files without their folder", () => {
    expect(settingsNames(["ops/policy.json", "ops/flags.json"])).toBe("policy.json and flags.json");
  });
});
