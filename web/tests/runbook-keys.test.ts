/** What the page of a runbook says where one key only has looked. */
import { describe, expect, it } from "vitest";
import { keysOf } from "@/pages/runbook/steps";

function row(oneKey?: string) {
  return { found: { scanner: "safe", rule: 4, keys: 1, oneKey, spans: [] } } as never;
}

describe("the keys of a step in service", () => {
  it("says why an advisor that is there said nothing", () => {
    expect(keysOf(row("one key: the advisor did not answer in time"))).toBe(
      "scanner says safe · 1 of 2 keys: the advisor did not answer in time",
    );
    expect(keysOf(row())).toBe("scanner says safe · 1 of 2 keys");
  });
});
