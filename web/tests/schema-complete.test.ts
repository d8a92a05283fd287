import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { choicesAt, type Schema, textOf } from "@/pages/runbook/editor/schema-complete";

const schema = JSON.parse(
  readFileSync(new URL("../../schemas/jsonschema/runbook.v1.json", import.meta.url), "utf8"),
) as Schema;

/** The labels offered where `▮` stands. */
function offered(text: string): string[] {
  const at = text.slice(0, text.indexOf("▮")).split("\n").length - 1;
  const lines = text.replace("▮", "").split("\n");
  const column = (text.split("\n")[at] ?? "").indexOf("▮");
  return choicesAt(schema, lines, at, column)?.choices.map((choice) => choice.label) ?? [];
}

const HEAD = "apiVersion: dd0c.run/v1\nkind: Runbook\nmetadata:\n  name: disk\n  title: Disk\n";
const STEPS = `${HEAD}spec:\n  steps:\n    - id: look\n      title: Look\n      command: |-\n        df -h\n`;

describe("completion from the schema", () => {
  it("offers the keys of a mapping that are not there yet, above and below", () => {
    expect(offered("▮")).toContain("metadata");
    expect(offered(`${HEAD}▮`)).toEqual(["spec"]);
    const inMetadata = offered("metadata:\n  name: disk\n  ▮\n  title: Disk\nspec:\n");
    expect(inMetadata).toContain("owners");
    expect(inMetadata).not.toContain("name");
    expect(inMetadata).not.toContain("title");
  });

  it("knows the items of a list, with the first key behind the dash", () => {
    const keys = offered(`${STEPS}      ▮`);
    expect(keys).toEqual(expect.arrayContaining(["risk", "rollback", "needs", "timeout"]));
    expect(keys).not.toContain("id");
    expect(keys).not.toContain("command");
    expect(offered(`${STEPS}    - ▮`)).toEqual(expect.arrayContaining(["id", "title", "command"]));
    expect(offered(`${STEPS}    - ▮`)[0]).toBe("id");
    expect(offered(`${STEPS}  var▮`)).toContain("variables");
  });

  it("knows lists whose dashes stand under their key", () => {
    const flat = "spec:\n  steps:\n  - id: look\n    title: Look\n    ▮";
    expect(offered(flat)).toContain("risk");
    expect(offered(flat)).not.toContain("title");
  });

  it("offers values: words of an enumeration, booleans, ids of steps", () => {
    expect(offered(`${STEPS}      risk: ▮`)).toEqual(["safe", "caution", "dangerous"]);
    expect(offered(`${STEPS}      idempotent: t▮`)).toEqual(["true", "false"]);
    expect(offered(`${STEPS}    - id: next\n      needs:\n        - ▮`)).toEqual(["look"]);
    expect(offered(`${STEPS}    - id: next\n      when:\n        step: ▮`)).toEqual(["look"]);
    expect(offered("kind: ▮")).toEqual(["Runbook"]);
  });

  it("says nothing inside a command, a comment or a text", () => {
    expect(offered(`${STEPS}        ▮`)).toEqual([]);
    expect(offered("# met▮")).toEqual([]);
    expect(offered(`${STEPS}      title: Look at ▮`)).toEqual([]);
    expect(offered(`${STEPS}      x-own:\n        ▮`)).toEqual([]);
  });

  it("goes into nested mappings", () => {
    expect(offered(`${STEPS}      rollback:\n        ▮`)).toEqual(
      expect.arrayContaining(["command", "impossible"]),
    );
    expect(offered("spec:\n  target:\n    ▮")).toContain("labels");
  });

  it("writes a key with what follows it", () => {
    const key = (holds: "value" | "mapping" | "list") =>
      textOf({ label: "k", kind: "key", detail: "", required: false, holds }, 4);
    expect([key("value"), key("mapping"), key("list")]).toEqual(["k: ", "k:\n      ", "k:\n      - "]);
  });
});
