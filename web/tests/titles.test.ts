import { describe, expect, it } from "vitest";
import { titleOf } from "@/ui/title";

describe("the title of the browser's tab", () => {
  it("is the page, the thing on it, the product", () => {
    expect(titleOf("Runbook", "Clear the cache")).toBe("Runbook · Clear the cache · dd0c");
    expect(titleOf("Sync")).toBe("Sync · dd0c");
    // Before the thing is known, and where it has no name.
    expect(titleOf("Runbook", null)).toBe("Runbook · dd0c");
    expect(titleOf("Runbook", " \n ")).toBe("Runbook · dd0c");
  });

  it("names what can't be seen, and stays in one line", () => {
    expect(titleOf("Runbook", "a\u202eb\n c")).toBe("Runbook · a⟨U+202E⟩b c · dd0c");
  });
});
