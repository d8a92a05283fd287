/** Id, order, condition, place and variables: a change of one place of the text; the rest stays byte for byte. */
import { describe, expect, it } from "vitest";
import { readFields } from "@/pages/runbook/form/form-model";
import { withLabels, withMark } from "@/pages/runbook/form/lists";
import { type Atom, withId, withNeeds, withWhen, wordsOf } from "@/pages/runbook/form/relations";
import { withoutVariable, withVariable } from "@/pages/runbook/form/variables";

const TEXT = `metadata: {name: three, title: Three}
spec:
  target: {labels: {role: host}}   # ours
  variables:
    - name: unit   # of systemd
      pattern: "[a-z]+"
  steps:
    - id: look
      title: Look
      command: uname -a     # harmless
    # asks
    - id: ask
      title: Ask
      needs: [look]   # not the one above
      manual: Ask them
      answers: ["yes", "no"]
    - id: restart
      title: Restart
      when: {any: [{step: ask, answer: "yes"}, {not: {step: look, exitCode: [0]}}]}
      command: systemctl restart {{ unit }}
  ambiguities:
    - {id: q, kind: vague, text: a, question: b, step: ask}
# the end
`;
const step = (text: string, index: number) => readFields(text).fields?.steps[index];

describe("the id of a step", () => {
  it("changes wherever the document names it, and there only", () => {
    const renamed = withId(TEXT, 1, "phone");
    expect(renamed).toBe(
      TEXT.replace("id: ask", "id: phone")
        .replace("step: ask, ans", "step: phone, ans")
        .replace("step: ask}", "step: phone}"),
    );
    expect(withId(TEXT, 0, "see")).toBe(
      TEXT.replace("id: look", "id: see").replace("[look]", "[see]").replace("step: look", "step: see"),
    );
    const twice = TEXT.replace("id: restart", "id: look");
    expect(withId(twice, 0, "see")).toBe(twice.replace("id: look", "id: see"));
    expect(withId(withId(TEXT, 1, "phone"), 1, "ask")).toBe(TEXT);
  });
});

describe("what a step comes after", () => {
  it("is the step above, nothing, or a list", () => {
    expect([0, 1].map((index) => step(TEXT, index)?.needs)).toEqual([null, ["look"]]);
    expect(withNeeds(TEXT, 1, null)).toBe(TEXT.replace("      needs: [look]   # not the one above\n", ""));
    const none = withNeeds(TEXT, 0, []);
    expect(none).toBe(TEXT.replace("title: Look\n", "title: Look\n      needs: []\n"));
    expect(withNeeds(withNeeds(none, 0, ["ask"]), 0, null)).toBe(TEXT);
    expect(withNeeds(TEXT, 1, ["look", "restart"])).toBe(TEXT.replace("[look]", "[look, restart]"));
  });
});

describe("the condition of a step", () => {
  it("is made, changed in one place, and taken out", () => {
    const atom: Atom = { step: "ask", test: "exitCode", value: "1, 2" };
    const made = withWhen(TEXT, 0, atom);
    expect(made).toBe(
      TEXT.replace(
        "title: Look\n",
        "title: Look\n      when:\n        step: ask\n        exitCode:\n          - 1\n          - 2\n",
      ),
    );
    expect(step(made, 0)?.when).toEqual({ kind: "atom", ...atom });
    const rows: Atom[] = [
      { step: "ask", test: "answer", value: "yes" },
      { step: "ask", test: "answer", value: "" },
      { step: "restart", test: "output", value: "a: [b]" },
      { step: "restart", test: "skipped", value: "true" },
      { step: "x", test: "exitCode", value: "one" },
    ];
    let text = made;
    for (const row of rows) {
      text = withWhen(text, 0, row);
      expect(step(text, 0)?.when).toEqual({ kind: "atom", ...row });
    }
    expect(withWhen(text, 0, null)).toBe(TEXT);
  });

  it("of several parts is told in words", () => {
    expect(step(TEXT, 2)?.when).toEqual({
      kind: "nested",
      words: "the answer of ask is yes or not look exits with 0",
    });
    expect(
      wordsOf({
        all: [
          {
            any: [
              { step: "a", skipped: true },
              { step: "b", output: "x" },
            ],
          },
        ],
      }),
    ).toBe("(a was skipped or the output of b matches x)");
    expect(wordsOf([])).toBe("…");
  });
});

describe("where it runs, and its values", () => {
  it("are changed key by key", () => {
    const labels = withLabels(TEXT, ["spec", "target"], ["role=db", "env=prod"]);
    expect(labels).toBe(TEXT.replace("{role: host}", "{role: db, env: prod}"));
    expect(withLabels(TEXT, ["spec", "target"], [])).toBe(TEXT.replace(/ {2}target.*\n/, ""));
    const own = withLabels(TEXT, ["spec", "steps", 0, "target"], ["a=1", "b"]);
    expect(readFields(own).fields?.steps[0]?.target).toEqual(["a=1", "b="]);
    expect(withLabels(own, ["spec", "steps", 0, "target"], [])).toBe(TEXT);
  });

  it("and each variable alone", () => {
    const more = withVariable(TEXT);
    expect(more).toBe(TEXT.replace('"[a-z]+"\n', '"[a-z]+"\n    - name: value_2\n'));
    expect(withoutVariable(more, 1)).toBe(TEXT);
    const path = ["spec", "variables", 0, "secret"];
    const secret = withMark(TEXT, path, true);
    expect(secret).toBe(TEXT.replace('"[a-z]+"\n', '"[a-z]+"\n      secret: true\n'));
    expect(withMark(secret, path, false)).toBe(TEXT);
    const none = withoutVariable(TEXT, 0);
    expect(readFields(none).fields?.variables).toEqual([]);
    expect(readFields(withVariable(none)).fields?.variables.map((each) => each.name)).toEqual(["value_1"]);
  });
});
