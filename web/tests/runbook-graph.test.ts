/** The graph of a runbook's steps: what stands in it, what its edges say, and where all of it stands. */
import { describe, expect, it } from "vitest";
import type { Schemas } from "@/api/client";
import { conditionsOf } from "@/pages/runbook/graph/conditions";
import { columns, NODE_WIDTH, type Placed, pathOf, placed } from "@/pages/runbook/graph/layout";
import { firstFinal, graphOf } from "@/pages/runbook/graph/model";
import { fitting, nextSize } from "@/pages/runbook/graph/zoom";
import { lookOf } from "@/pages/runbook/steps-view";

type Step = Schemas["RunbookStep"];

function step(id: string, more: Partial<Step> = {}): Step {
  return {
    id,
    title: `Do ${id}`,
    command: `do ${id}`,
    risk: "caution",
    unknown: false,
    answers: [],
    needs: [],
    ruleIds: [],
    irreversible: false,
    idempotent: false,
    timeoutMs: 1_000,
    ...more,
  } as Step;
}

const document = (whens: Record<string, unknown>) => ({
  spec: { steps: Object.entries(whens).map(([id, when]) => ({ id, when })) },
});

const asked = step("ask", { command: null, manual: "Is it?", answers: ["yes", "no"] });
const branches = [
  asked,
  step("trim", { needs: ["ask"], when: "step 1 is answered “no”", rollback: { command: "undo" } }),
  step("clear", { needs: ["ask"], when: "step 1 is answered “yes”", risk: "dangerous", irreversible: true }),
  step("check", { needs: ["trim", "clear"], irreversible: true }),
];
const whens = document({ trim: { step: "ask", answer: "no" }, clear: { step: "ask", answer: "yes" } });

describe("a condition", () => {
  it("says of its one step what must be true", () => {
    expect(conditionsOf({ step: "a", answer: "yes" })).toEqual([{ from: "a", words: "“yes”" }]);
    expect(conditionsOf({ step: "a", exitCode: [0, 3] })).toEqual([{ from: "a", words: "exit 0 or 3" }]);
    expect(conditionsOf({ step: "a", skipped: true })).toEqual([{ from: "a", words: "skipped" }]);
    expect(conditionsOf({ not: { step: "a", output: "x+" } })).toEqual([
      { from: "a", words: "not output matches x+" },
    ]);
    expect(
      conditionsOf({
        any: [
          { step: "a", answer: "x" },
          {
            all: [
              { step: "a", exitCode: [1] },
              { step: "a", skipped: true },
            ],
          },
        ],
      }),
    ).toEqual([{ from: "a", words: "“x” or (exit 1 and skipped)" }]);
  });

  it("says each part of `all` at its own step, and nothing at any where one alone does not decide", () => {
    const a = { step: "a", answer: "yes" };
    const b = { step: "b", exitCode: [1] };
    expect(conditionsOf({ all: [a, b] })).toEqual([
      { from: "a", words: "“yes”" },
      { from: "b", words: "exit 1" },
    ]);
    for (const when of [{ any: [a, b] }, { not: { all: [a, b] } }, { all: [a, { any: [a, b] }] }]) {
      expect(conditionsOf(when)).toEqual([
        { from: "a", words: null },
        { from: "b", words: null },
      ]);
    }
  });

  it("that is no condition is none", () => {
    for (const when of [undefined, null, "x", 3, [], {}, { all: "x" }, { not: [] }])
      expect(conditionsOf(when)).toEqual([]);
  });
});

describe("the model", () => {
  it("has a node a step in order, each with its kind, its risk and its way back", () => {
    const { nodes } = graphOf(branches, whens);
    expect(nodes.map((node) => [node.order, node.kind, node.risk, node.back])).toEqual([
      [1, "Question", "manual", null],
      [2, "Command", "caution", "Rollback"],
      [3, "Command", "dangerous", "No rollback"],
      [4, "Command", "caution", "No rollback"],
    ]);
    expect(nodes.map((node) => node.after)).toEqual([[], [1], [1], [2, 3]]);
  });

  it("has the conditions on the edges, and an edge from every step that one reads", () => {
    const found = graphOf([...branches, step("late", { needs: ["check"], when: "…" })], {
      spec: { steps: [...whens.spec.steps, { id: "late", when: { step: "trim", skipped: true } }] },
    });
    expect(found.edges.map((edge) => [edge.from, edge.to, edge.isConditional, edge.words])).toEqual([
      ["ask", "trim", true, "“no”"],
      ["ask", "clear", true, "“yes”"],
      ["trim", "check", false, null],
      ["clear", "check", false, null],
      ["check", "late", false, null],
      ["trim", "late", true, "skipped"],
    ]);
  });

  it("never hides that an edge is conditional, even where its words are not known", () => {
    const both = {
      any: [
        { step: "ask", answer: "no" },
        { step: "trim", skipped: true },
      ],
    };
    const found = graphOf([asked, step("trim"), step("x", { needs: ["ask"] })], document({ x: both }));
    expect(found.edges.map((edge) => [edge.from, edge.isConditional, edge.words])).toEqual([
      ["ask", true, "part of the condition"],
      ["trim", true, "part of the condition"],
    ]);
  });

  it("marks the point of no return once on each path: the first step that nothing takes back", () => {
    const points = (steps: Step[]) =>
      graphOf(steps, {})
        .nodes.filter((node) => node.isPoint)
        .map((node) => node.id);
    expect(points(branches)).toEqual(["clear"]);
    const final = { irreversible: true };
    const apart = [step("a"), step("b", { needs: ["a"], ...final }), step("c", { needs: ["a"], ...final })];
    expect(points(apart)).toEqual(["b", "c"]);
    expect(firstFinal(apart)).toBe("b");
    expect(firstFinal([step("a")])).toBeNull();
  });

  it("leaves out what it can't draw: a step that is not there, and itself", () => {
    const found = graphOf(
      [step("a", { needs: ["gone", "a"] })],
      document({ a: { step: "a", skipped: true } }),
    );
    expect(found.edges).toEqual([]);
  });
});

function overlapping(graph: Placed): string[] {
  const found: string[] = [];
  graph.nodes.forEach((one, index) => {
    for (const other of graph.nodes.slice(index + 1)) {
      const apartAcross = Math.abs(one.x - other.x) >= NODE_WIDTH;
      const apartDown = one.y + one.height <= other.y || other.y + other.height <= one.y;
      if (!apartAcross && !apartDown) found.push(`${one.id} ${other.id}`);
    }
  });
  return found;
}

/** Every third step asks, and the two behind it are its answers. */
function long(count: number): Step[] {
  return Array.from({ length: count }, (_, index) => {
    const before = index - (index % 3);
    if (index % 3 !== 0) return step(`s${index}`, { needs: [`s${before}`], when: "…" });
    return step(`s${index}`, { needs: index ? [`s${index - 1}`, `s${index - 2}`] : [] });
  });
}

describe("the layout", () => {
  it("puts what follows below, and what is beside each other apart", () => {
    const graph = placed(graphOf(branches, whens));
    const at = new Map(graph.nodes.map((node) => [node.id, node]));
    const top = (id: string) => at.get(id)?.y ?? Number.NaN;
    expect(top("ask")).toBeLessThan(top("trim"));
    expect(top("check")).toBeGreaterThan(top("clear"));
    expect(at.get("trim")?.x).toBeLessThan(at.get("clear")?.x ?? Number.NaN);
    expect(overlapping(graph)).toEqual([]);
    expect(graph.edges.filter((edge) => edge.label).map((edge) => edge.words)).toEqual(["“no”", "“yes”"]);
    expect(graph.edges.every((edge) => edge.path.startsWith("M "))).toBe(true);
  });

  it("draws the longest document whole: nothing lies over anything, all within its bounds", () => {
    const graph = placed(graphOf(long(300), {}));
    expect(graph.nodes).toHaveLength(300);
    expect(overlapping(graph)).toEqual([]);
    for (const node of graph.nodes) {
      expect(node.x).toBeGreaterThanOrEqual(0);
      expect(node.x + NODE_WIDTH).toBeLessThanOrEqual(graph.width);
      expect(node.y + node.height).toBeLessThanOrEqual(graph.height);
    }
  });

  it("draws a step whatever its id is, also one that every object has", () => {
    const ids = ["constructor", "__proto__", "n0", "hasOwnProperty", "last"];
    const steps = ids.map((id, index) => step(id, { needs: ids.slice(Math.max(0, index - 1), index) }));
    const graph = placed(graphOf(steps, {}));
    expect(graph.nodes.map((node) => node.id)).toEqual(ids);
    const tops = graph.nodes.map((node) => node.y);
    expect(tops).toEqual([...tops].sort((a, b) => a - b));
    expect(new Set(tops).size).toBe(ids.length);
    expect(graph.edges.map((edge) => [edge.from, edge.to])).toEqual(
      ids.slice(1).map((id, at) => [ids[at], id]),
    );
    expect(graph.edges.every((edge) => edge.path.startsWith("M "))).toBe(true);
  });

  it("gives a long title more lines, and no more than three", () => {
    const heights = ["x", "x".repeat(40), "x".repeat(70), "x".repeat(4_000)].map(
      (title) => placed(graphOf([step("a", { title })], {})).nodes[0]?.height,
    );
    const [one, two, three, most] = heights as [number, number, number, number];
    expect([two - one, three - two, most - three]).toEqual([20, 20, 0]);
    expect(columns("\u202e“")).toBe(9);
    expect(columns("磁盘")).toBe(4);
  });

  it("draws a line through all its points", () => {
    expect(pathOf([])).toBe("");
    expect(
      pathOf([
        { x: 0, y: 0 },
        { x: 0, y: 10 },
      ]),
    ).toBe("M 0 0 L 0 10");
    expect(
      pathOf([
        { x: 0, y: 0 },
        { x: 0, y: 10 },
        { x: 10, y: 20 },
      ]),
    ).toBe("M 0 0 Q 0 10 5 15 L 10 20");
  });
});

describe("how large it is drawn", () => {
  it("as wide as its box, never blown up, never too small to be read", () => {
    expect(fitting(500, 1_000)).toBe(1);
    expect(fitting(1_000, 900)).toBe(0.9);
    expect(fitting(5_000, 360)).toBe(0.66);
    expect(fitting(0, 0)).toBe(1);
  });
  it("or as somebody chose, by steps", () => {
    expect(nextSize(0.9, 1)).toBe(1);
    expect(nextSize(0.9, -1)).toBe(0.75);
    expect(nextSize(1.5, 1)).toBe(1.5);
    expect(nextSize(0.5, -1)).toBe(0.5);
  });
});

describe("the address", () => {
  it("names the graph, and for anything else it is the rail", () => {
    expect(lookOf("dag")).toBe("dag");
    for (const view of [undefined, "", "DAG", "graph"]) expect(lookOf(view)).toBe("rail");
  });
});
