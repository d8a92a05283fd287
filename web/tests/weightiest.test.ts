import { expect, it } from "vitest";
import type { RunbookChange } from "@/review/queries";
import { weightiest } from "@/review/words";

function change(name: string, more: Partial<RunbookChange> = {}): RunbookChange {
  const after = { steps: 1, waits: 1, runsByItself: 0, trustLevel: 1, governance: "strict" as const };
  return {
    path: `runbooks/${name}.yaml`,
    name,
    title: name,
    change: "added",
    after: { ...after, profile: ["unknown"] },
    steps: [],
    fields: [],
    beginsAlone: [],
    looser: [],
    endsAlone: [],
    newVerbs: [],
    newResources: [],
    newTargets: [],
    newPrivileges: [],
    places: [],
    ...more,
  };
}

it("shows of many runbooks first what begins to run alone, then no return, then dangers", () => {
  const side = { steps: 1, waits: 1, runsByItself: 0, trustLevel: 1, governance: "strict" as const };
  const plain = change("plain");
  const danger = change("danger", { after: { ...side, profile: ["dangerous"] } });
  const noReturn = change("end", { after: { ...side, profile: ["safe"], pointOfNoReturn: 1 } });
  const alone = change("alone", { beginsAlone: [1] });
  const names = weightiest([plain, danger, noReturn, alone], 3).map((item) => item.name);
  expect(names).toEqual(["alone", "end", "danger"]);
  expect(weightiest([plain, change("b")], 3).map((item) => item.name)).toEqual(["plain", "b"]);
});
