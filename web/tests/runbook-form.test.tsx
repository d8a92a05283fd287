/** The form shows one text: no verdict of another one, and a way out where the text is none. */
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, expect, it } from "vitest";
import type { Check } from "@/pages/runbook/editor/use-check";
import { RunbookForm } from "@/pages/runbook/form/runbook-form";
import { difference } from "@/pages/runbook/yaml-editor";

afterEach(cleanup);

const TEXT = `metadata:
  title: Two  # short
spec:
  steps:
    - id: look
      title: Look
      command: df -h
    - id: ask
      title: Ask
      manual: Ask them
`;

function checkOf(answered: string): Check {
  const place = { line: 6, column: 7, path: "spec.steps[0].title", message: "too short", severity: "error" };
  const step = { id: "look", line: 7, risk: "safe", unknown: false, manual: false, ruleIds: [] };
  const answer = { ok: false, places: [place], steps: [step] };
  const live = { phase: "settled", since: 0, answered, answer, problem: null };
  return { live, typed: () => undefined } as unknown as Check;
}

let now = "";

function Held({ text, went }: { text: string; went?: (line: number) => void }) {
  const [held, setHeld] = useState(text);
  now = held;
  const nothing = () => undefined;
  return (
    <RunbookForm
      text={held}
      check={checkOf(TEXT)}
      mayNot={null}
      onChange={setHeld}
      onPropose={nothing}
      onUndo={nothing}
      onYaml={went ?? nothing}
    />
  );
}

function typed(label: string, ...values: string[]) {
  for (const value of values)
    fireEvent.change(screen.getAllByLabelText(label)[0] as HTMLElement, { target: { value } });
}

it("shows verdict and error of this very text only, at their fields", () => {
  render(<Held text={TEXT} />);
  expect(screen.getAllByText("Safe")).toHaveLength(1);
  expect(screen.getAllByLabelText("Title")[1]?.getAttribute("aria-invalid")).toBe("true");
  expect(screen.getByText(/too short/)).toBeTruthy();
  typed("Command", "rm -rf /");
  expect(screen.queryByText("Safe")).toBeNull();
  expect(screen.queryByText(/too short/)).toBeNull();
});

it("makes one change of what is typed in a field, and none of what is typed back", () => {
  render(<Held text={TEXT} />);
  typed("Title", "Two ", "Two: ", "Two more");
  expect(now).toBe(TEXT.replace("Two ", "Two more "));
  typed("Title", "", "Two");
  expect(now).toBe(TEXT);
  fireEvent.keyDown(screen.getAllByLabelText("Command")[0] as HTMLElement, {
    key: "ArrowDown",
    altKey: true,
  });
  expect(now.indexOf("id: ask")).toBeLessThan(now.indexOf("id: look"));
  expect(document.activeElement).toBe(screen.getByLabelText("Command"));
  fireEvent.keyDown(screen.getByLabelText("Command"), { key: "ArrowUp", altKey: true });
  expect(now).toBe(TEXT);
});

it("has the rest of a step, and variables, by their labels and by keys", () => {
  render(<Held text={TEXT} />);
  const choose = (label: string, at: number, value: string) =>
    fireEvent.change(screen.getAllByLabelText(label)[at] as HTMLElement, { target: { value } });
  choose("Comes after", 1, "these");
  expect(now).toContain("title: Ask\n      needs:\n        - look\n");
  choose("Comes after", 1, "nothing");
  expect(now).toContain("title: Ask\n      needs: []\n");
  expect(screen.getAllByLabelText("Comes after")[0]?.querySelectorAll("option")).toHaveLength(2);
  choose("Runs", 1, "exitCode");
  typed("Exit codes", "1,", "1, 2");
  expect(now).toContain(
    "needs: []\n      when:\n        step: look\n        exitCode:\n          - 1\n          - 2\n",
  );
  typed("Id", "l", "list");
  expect(now).toContain("- id: list\n");
  expect(now).toContain("step: list\n");
  choose("Runs", 1, "always");
  choose("Comes after", 1, "above");
  typed("Id", "look");
  expect(now).toBe(TEXT);
  fireEvent.click(screen.getByText("Add a variable"));
  expect(document.activeElement).toBe(screen.getByLabelText("Name"));
  typed("Name", "unit");
  fireEvent.click(screen.getByLabelText(/Secret/));
  expect(now).toBe(
    TEXT.replace("Ask them\n", "Ask them\n  variables:\n    - name: unit\n      secret: true\n"),
  );
  fireEvent.click(screen.getByText("variable 1"));
  expect(now).toBe(TEXT);
});

it("leads from a text that is no YAML to its line", () => {
  const lines: number[] = [];
  render(<Held text={TEXT.replace("Look", "Look: there")} went={(line) => lines.push(line)} />);
  expect(screen.getByRole("alert").textContent).toMatch(/Line 6: .+/);
  fireEvent.click(screen.getByRole("button", { name: "Mend it in the YAML" }));
  expect(lines).toEqual([6]);
});

it("finds the one stretch in which two texts differ", () => {
  expect(difference("aba", "ababa")).toEqual({ from: 3, to: 3, insert: "ba" });
  expect(difference("aaa", "aa")).toEqual({ from: 2, to: 3, insert: "" });
  expect(difference("a", "a")).toBeNull();
});
