// @vitest-environment node
import { describe, expect, it } from "vitest";
import type { Difference, Preview, Step } from "@/pages/import/answer";
import {
  conditionText,
  differText,
  keysText,
  lacksKey,
  rollbackText,
  sentence,
  variableName,
} from "@/pages/import/wording";
import payments from "./payments.json";

const steps = (payments.answer as unknown as Preview).steps;
const step = (id: string): Step => {
  const found = steps.find((item) => item.id === id);
  if (!found) throw new Error(id);
  return found;
};

const withKeys = (changed: Partial<NonNullable<Step["keys"]>>): Step => {
  const shown = step("check-booked");
  if (!shown.keys) throw new Error("it has no keys");
  return { ...shown, keys: { ...shown.keys, ...changed } };
};

describe("words of the preview", () => {
  it("says how many differences are not listed", () => {
    const differences = Array.from({ length: 100 }, () => ({ taken: false }) as Difference);
    expect(differText(differences, 17)).toContain("read 117 passages");
    expect(differText(differences, 17)).toContain("The first 100 are listed here, and 17 more are not.");
    expect(differText(differences.slice(1))).toContain("read 99 passages");
  });

  const orders = new Map([
    ["a", 1],
    ["b", 2],
  ]);

  it.each([
    [{ step: "a", answer: "yes" }, "step 1 is answered “yes”"],
    [{ step: "b", exitCode: [1, 2] }, "step 2 ends with exit 1 or 2"],
    [{ step: "b", output: "^up$" }, "the output of step 2 matches ^up$"],
    [{ not: { step: "a", skipped: true } }, "not: step 1 is skipped"],
    [
      {
        all: [
          { step: "a", answer: "yes" },
          { step: "b", exitCode: [0] },
        ],
      },
      "step 1 is answered “yes” and step 2 ends with exit 0",
    ],
  ])("a condition %#", (when, text) => {
    expect(conditionText(when, orders)).toBe(text);
  });

  it("say how many keys there are, honestly", () => {
    expect(keysText(step("confirm-down"))).toBe("2 of 2 keys");
    expect(keysText(step("check-booked"))).toBe("1 of 2 keys: the scanner says safe");
    expect(keysText(step("promote"))).toBe("1 key was enough: the scanner decides");
    const late = withKeys({ noAdvice: "late", missing: "one key: the advisor did not answer in time" });
    expect(keysText(late)).toBe("1 of 2 keys: the scanner says safe; the advisor did not answer in time");
    expect(lacksKey(late)).toBe(true);
    expect(keysText(withKeys({ given: 2, advisor: "caution" }))).toBe(
      "2 of 2 keys: the scanner says safe, the advisor caution",
    );
    expect(lacksKey(step("check-booked"))).toBe(true);
    expect(lacksKey(step("promote"))).toBe(false);
    expect(rollbackText(step("promote").rollback)).toBe("No rollback");
  });

  it("end once", () => {
    expect(sentence("The text is being read")).toBe("The text is being read.");
    expect(sentence("Line 4: this line is not of the form.")).toBe("Line 4: this line is not of the form.");
  });

  it("make a name of what was written", () => {
    expect(variableName("Runner container-ID!")).toBe("runner_container_id");
    expect(variableName("9 lives")).toBe("lives");
    expect(variableName("…")).toBe("");
  });
});
