// @vitest-environment node
import { describe, expect, it } from "vitest";
import type { CodePiece, Preview } from "@/pages/import/answer";
import { codeInNoStep, codeText } from "@/pages/import/code";
import { findingsOf, questionsByStep } from "@/pages/import/places";
import payments from "./payments.json";

function piece(id: string, change: Partial<CodePiece> = {}): CodePiece {
  const span = { start: 0, end: 5 };
  return {
    id,
    text: id,
    line: 1,
    endLine: 1,
    span,
    reason: "why",
    readsLikeCommand: true,
    asked: true,
    ...change,
  };
}

const asks = {
  id: "q-0123456789",
  kind: "missing_command",
  text: "x",
  question: "Is one of them typed?",
  line: 1,
  span: { start: 0, end: 5 },
  options: [{ id: "not-typed", label: "Nobody types any of it", effect: "Nobody types any of it." }],
};
const preview = {
  ...payments.answer,
  ambiguities: [...payments.answer.ambiguities, asks],
  codeLeftOut: [
    piece("c-typed", { said: "typed", step: "confirm-down" }),
    piece("c-named", { asked: false }),
    piece("c-open"),
    piece("c-yaml", { readsLikeCommand: false, asked: false }),
  ],
} as unknown as Preview;

describe("code in no step", () => {
  it("has what is open first, then what was said, then what is only named", () => {
    const { reads, others, open, question } = codeInNoStep(preview);
    expect(reads.map(({ id }) => id)).toEqual(["c-open", "c-typed", "c-named"]);
    expect(others.map(({ id }) => id)).toEqual(["c-yaml"]);
    expect(open.map(({ id }) => id)).toEqual(["c-open"]);
    expect(question?.id).toBe("q-0123456789");
  });

  it("is counted without what became a step", () => {
    expect(codeText(codeInNoStep(preview))).toBe("2 pieces read like commands, 1 does not");
    const alone = { ...preview, codeLeftOut: [piece("c-open")] };
    expect(codeText(codeInNoStep(alone))).toBe("1 piece reads like a command");
  });

  it("asks with its code and not with a step", () => {
    const all = [...questionsByStep(preview).values()].flat().map(({ id }) => id);
    expect(all).not.toContain("q-0123456789");
    expect(all).toHaveLength(payments.answer.ambiguities.length);
  });

  it("is lit and marked in the source; what became a step is lit by that", () => {
    const { places, marks } = findingsOf(preview);
    expect(places.filter(({ kind }) => kind === "code").map(({ id }) => id)).toEqual([
      "code:c-named",
      "code:c-open",
      "code:c-yaml",
    ]);
    const asked = marks.filter(({ kind }) => kind === "ask").map(({ text }) => text);
    expect(asked.filter((text) => text.startsWith("Does somebody type this?"))).toHaveLength(1);
  });
});
