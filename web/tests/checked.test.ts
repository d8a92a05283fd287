// @vitest-environment node
import { EditorState } from "@codemirror/state";
import { describe, expect, it } from "vitest";
import { type CheckedStep, checked, setMarks } from "@/pages/runbook/editor/checked";

const DOC = "a: 1\ncommand: kubectl get ns prod\n  --now\nb: 2\ncommand: ls\n";
const step = (line: number) =>
  ({ id: `s-${line}`, line, risk: "safe", unknown: false, manual: false }) as unknown as CheckedStep;

/** The lines with a verdict after `was` became `now`. */
function verdicts(was: string, now: string): number[] {
  const before = EditorState.create({ doc: DOC, extensions: [checked] }).update({
    effects: setMarks.of({ places: [{ line: 1, message: "wrong" }], steps: [step(2), step(5)] }),
  }).state;
  const from = DOC.indexOf(was);
  const { state } = before.update({ changes: { from, to: from + was.length, insert: now } });
  const found: number[] = [];
  for (const at = state.field(checked).iter(); at.value; at.next()) {
    if (at.value.spec.widget) found.push(state.doc.lineAt(at.from).number);
  }
  return found;
}

describe("a verdict in the editor", () => {
  it.each([
    ["get", "delete", [5]],
    ["--now", "--all", [5]],
    ["ls", "rm", [2]],
    ["prod\n  --now\nb: 2\ncommand: ls", "prod", []],
    ["a: 1", "\na: 2", [3, 6]],
  ])("is gone where %j became %j", (was, now, left) => {
    expect(verdicts(was, now)).toEqual(left);
  });
});
