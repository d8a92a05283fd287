/** A change in the form is a change of one place of the text; the rest stays byte for byte. */
import { describe, expect, it } from "vitest";
import {
  readFields,
  STEPS,
  withOwners,
  withoutStep,
  withStepAfter,
  withStepMoved,
  withText,
} from "@/pages/runbook/form/form-model";

const TEXT = `# yaml-language-server: $schema=../schemas/jsonschema/runbook.v1.json
apiVersion: dd0c.run/v1
kind: Runbook
metadata:
  title: 'Three steps'   # the title first, on purpose
  name: three
  owners: ["@acme/sre", oncall@acme.example]
spec:
  target: {labels: {role: host}}
  steps:
    # first look
    - id: look
      title: "Look"
      command: uname -a     # harmless
      expect: {exitCodes: [0, 1]}

    # what is there
    - id: list
      title: List
      command: |-   # two of them
        ls /
        ls /tmp
      rollback: {command: echo none}

    - title: Restart
      confirm: web
      id: restart
      command: systemctl restart web
# the end
`;
const command = (index: number) => [...STEPS, index, "command"];

describe("a field of the form", () => {
  it("changes its own value, and keeps quotes, comments, order and blank lines", () => {
    const rows: [(string | number)[], string, string, string][] = [
      [["metadata", "title"], "It's 3", "'Three steps'", "'It''s 3'"],
      [[...STEPS, 0, "title"], 'Look "here"', '"Look"', '"Look \\"here\\""'],
      [command(0), "uname -r", "uname -a", "uname -r"],
      [command(0), "1", "uname -a", '"1"'],
      [command(0), "echo a: b # c", "uname -a", '"echo a: b # c"'],
      [
        command(1),
        "ls /\nls /var\n\nls /tmp",
        "ls /\n        ls /tmp",
        "ls /\n        ls /var\n\n        ls /tmp",
      ],
      [command(2), "a\nb", "systemctl restart web", "|-\n        a\n        b"],
      [[...STEPS, 1, "rollback", "command"], "a, b", "echo none", '"a, b"'],
    ];
    for (const [path, value, old, written] of rows)
      expect(withText(TEXT, path, value, true)).toBe(TEXT.replace(old, () => written));
    expect(withText(TEXT, command(0), "a\nb", true)).toContain(
      "command: |-     # harmless\n        a\n        b\n",
    );
    expect(withText(TEXT, command(1), "ls", true)).toContain("      command: ls");
    for (const value of [
      "- a",
      "yes",
      "null",
      " x",
      "a\n",
      "\n a\nb\n\n",
      "a\tb",
      "é\u202e",
      "",
      "{{ a }}",
      "#",
    ]) {
      for (const index of [0, 1, 2]) {
        const changed = withText(TEXT, command(index), value, true);
        expect(readFields(changed).fields?.steps[index]?.command).toBe(value);
        expect(changed).toContain("# the end\n");
        expect(changed).toContain("    # what is there\n    - id: list\n");
      }
    }
  });
});

describe("an optional field of the form", () => {
  it("adds a key where the format has it, and takes it out when it is emptied", () => {
    const rows: [(string | number)[], string, string, string][] = [
      [["metadata", "service"], "web", "  name: three\n", "  name: three\n  service: web\n"],
      [[...STEPS, 0, "confirm"], "web", '"Look"\n', '"Look"\n      confirm: web\n'],
      [[...STEPS, 0, "expect", "text"], "Linux", "[0, 1]}", "[0, 1], text: Linux}"],
      [
        [...STEPS, 0, "rollback", "command"],
        "a\nb",
        "[0, 1]}\n",
        "[0, 1]}\n      rollback:\n        command: |-\n          a\n          b\n",
      ],
      [
        [...STEPS, 2, "expect", "text"],
        "up",
        "restart web\n",
        "restart web\n      expect:\n        text: up\n",
      ],
    ];
    for (const [path, value, old, written] of rows) {
      const added = withText(TEXT, path, value, false);
      expect(added).toBe(TEXT.replace(old, () => written));
      expect(withText(added, path, "", false)).toBe(TEXT);
      expect(withText(TEXT, path, "", false)).toBe(TEXT);
    }
    const bare = withText(TEXT, [...STEPS, 1, "rollback", "command"], "", false);
    expect(bare).toBe(TEXT.replace("      rollback: {command: echo none}\n", ""));
    const empty = TEXT.replace("title: List", "title:");
    expect(withText(empty, [...STEPS, 1, "title"], "List", true)).toBe(TEXT);
  });
});

describe("the owners in one line", () => {
  it("keeps those that stay", () => {
    expect(withOwners(TEXT, "@acme/sre, @acme/web oncall@acme.example")).toBe(
      TEXT.replace('"@acme/sre", ', '"@acme/sre", "@acme/web", '),
    );
    expect(withOwners(TEXT, "oncall@acme.example")).toBe(TEXT.replace('"@acme/sre", ', ""));
    const block = TEXT.replace(
      '["@acme/sre", oncall@acme.example]',
      '\n    - "@acme/sre"   # days\n    - oncall@acme.example   # nights',
    );
    expect(withOwners(block, "@acme/web oncall@acme.example")).toBe(
      block.replace('"@acme/sre"   # days', '"@acme/web"'),
    );
    const without = withOwners(TEXT, "");
    expect(without).not.toContain("owners");
    expect(readFields(withOwners(without, "a@b.example")).fields?.owners).toEqual(["a@b.example"]);
  });
});

describe("the steps of the form", () => {
  it("move with the comment above them, and back", () => {
    const moved = withStepMoved(TEXT, 1, -1);
    expect(moved).toContain("  steps:\n    # what is there\n    - id: list\n");
    expect(moved).toContain("echo none}\n\n    # first look\n    - id: look\n");
    expect(moved).toContain("command: uname -a     # harmless\n");
    expect(withStepMoved(moved, 0, 1)).toBe(TEXT);
    const last = withStepMoved(TEXT, 1, 1);
    expect(readFields(last).fields?.steps.map((step) => step.id)).toEqual(["look", "restart", "list"]);
    expect(last.endsWith("echo none}\n# the end\n")).toBe(true);
    const cut = TEXT.replace("\n# the end\n", "");
    expect(withStepMoved(withStepMoved(cut, 2, -1), 1, 1)).toBe(cut);
  });

  it("are added and removed without a trace elsewhere", () => {
    for (const index of [-1, 0, 1, 2]) {
      const added = withStepAfter(TEXT, index);
      expect(readFields(added).fields?.steps[index + 1]).toMatchObject({
        id: "step-4",
        title: "",
        command: "",
      });
      expect(withoutStep(added, index + 1)).toBe(TEXT);
      const titled = withText(added, [...STEPS, index + 1, "title"], "See", true);
      expect(titled).toContain("      title: See\n");
    }
    expect(withoutStep(TEXT, 1)).not.toContain("what is there");
    expect(withoutStep(TEXT, 1)).toContain("# first look");
    const flat = TEXT.replace(/^ {4}/gm, "  ");
    expect(withoutStep(withStepAfter(flat, 1), 2)).toBe(flat);
    expect(readFields(withStepAfter("spec:\n  steps: []\n", -1)).fields?.steps).toHaveLength(1);
  });

  it("keep blank lines that are part of a command", () => {
    const kept = TEXT.replace(
      "|-   # two of them\n        ls /\n        ls /tmp\n      rollback: {command: echo none}\n",
      "|+\n        ls /\n",
    );
    const added = withText(kept, [...STEPS, 1, "rollback", "command"], "undo", false);
    expect(readFields(added).fields?.steps[1]).toMatchObject({ command: "ls /\n\n", rollback: "undo" });
  });
});

it("says at which line a text is no form", () => {
  expect(readFields("metadata:\n  title: [a\nspec: {}\n").wrong?.line).toBe(3);
  expect(readFields("metadata: {}\n").wrong?.message).toContain("no list of steps");
  expect(readFields("").wrong).not.toBeNull();
  expect(readFields("a: 1\n---\nb: 2\n").wrong?.line).toBe(2);
  expect(readFields("spec: {steps: 3}\nspec: {steps: []}\n").wrong?.message).toContain("unique");
});
