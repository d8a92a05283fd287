// @vitest-environment node
import { describe, expect, it } from "vitest";
import { Problem } from "@/api/problem";
import { Refused } from "@/pages/import/live-parser";
import type { Batch, Batched, BatchRequest } from "@/pages/import/many/ask";
import type { Picked } from "@/pages/import/many/gather";
import { type Calls, ManyImport } from "@/pages/import/many/many-import";
import { openedPulls, progressText, sortedRows, stateText, summary } from "@/pages/import/many/wording";

function files(number: number): () => Promise<Picked[]> {
  const all = Array.from({ length: number }, (_, at) => {
    const name = `${String(at).padStart(3, "0")}.md`;
    return { path: name, file: new File([`# Document ${at}`], name) };
  });
  return () => Promise.resolve(all);
}

/** A server that takes each document; `asked` are the requests that it saw. */
function server(change: Partial<Calls> = {}) {
  const asked: BatchRequest[] = [];
  let pull = 6;
  const answer = (body: BatchRequest, outcome: Batched["outcome"], number?: number): Batch => ({
    documents: body.documents.map(({ file, text }) => ({
      file,
      sha256: text,
      outcome,
      name: `n-${file}`,
      title: text.slice(2),
      steps: 1,
      tally: { caution: 1 },
      ...(number ? { pull: number } : {}),
    })),
  });
  const waited: number[] = [];
  const many = new ManyImport("me", {
    look: (body) => {
      asked.push(body);
      return Promise.resolve(answer(body, "ready"));
    },
    open: (body) => {
      asked.push(body);
      pull += 1;
      return Promise.resolve(answer(body, "proposed", pull));
    },
    pause: (milliseconds) => {
      waited.push(milliseconds);
      return Promise.resolve();
    },
    ...change,
  });
  return { many, asked, waited, answer };
}

describe("an import of many", () => {
  it("asks about a few at a time, then opens pull requests of 48, each with the names of the others", async () => {
    const { many, asked } = server();
    await many.start(files(50));
    expect(asked.map((body) => [body.documents.length, body.dryRun])).toEqual([
      ...Array.from({ length: 6 }, () => [8, true]),
      [2, true],
    ]);
    expect(asked[1]?.avoid).toHaveLength(8);
    expect(many.snapshot()).toMatchObject({ phase: "report", done: 50, of: 50, pulls: 2, problem: null });
    asked.length = 0;
    await many.open();
    expect(asked.map((body) => [body.documents.length, body.avoid.length])).toEqual([
      [48, 2],
      [2, 48],
    ]);
    expect(asked[0]?.documents[0]).toEqual({
      file: "000.md",
      text: "# Document 0",
      format: "markdown",
      name: "n-000.md",
    });
    expect(openedPulls(many.snapshot().rows)).toMatchObject([{ number: 7 }, { number: 8 }]);
    expect(many.snapshot().pulls).toBe(0);
  });

  it("asks about the same text once", async () => {
    const { many, asked } = server();
    const twice = ["a.md", "b.md"].map((path) => ({ path, file: new File(["# Same"], path) }));
    await many.start(() => Promise.resolve(twice));
    expect(asked[0]?.documents).toHaveLength(1);
    expect(many.snapshot().rows[1]).toMatchObject({
      outcome: "left_out",
      reason: "it is the same text as a.md",
    });
  });
});

describe("an import of many in trouble", () => {
  it("finds out which document a refusal is about", async () => {
    const { answer } = server();
    const { many } = server({
      look: (body) =>
        body.documents.some((item) => item.file === "003.md")
          ? Promise.reject(new Problem(422, { detail: "It can't be stored." }))
          : Promise.resolve(answer(body, "ready")),
    });
    await many.start(files(5));
    expect(many.snapshot().rows.map((row) => row.outcome)).toEqual([
      "ready",
      "ready",
      "ready",
      "refused",
      "ready",
    ]);
    expect(stateText(many.snapshot().rows[3] ?? never())).toBe("Not read: It can't be stored.");
  });

  it("waits as long as the server says, and stops where it does not answer, to go on there", async () => {
    const { answer } = server();
    const faults = [new Refused(new Problem(429, { detail: "Slow down." }), 7), Problem.unreachable()];
    const { many, waited } = server({
      look: (body) => {
        const fault = faults.shift();
        return fault ? Promise.reject(fault) : Promise.resolve(answer(body, "ready"));
      },
    });
    await many.start(files(10));
    expect(waited).toEqual([7_000]);
    expect(many.snapshot().problem?.code).toBe("unreachable");
    expect(many.snapshot().rows.every((row) => row.outcome === "unread")).toBe(true);
    await many.look();
    expect(many.snapshot()).toMatchObject({ problem: null, waits: null });
    expect(many.snapshot().rows.every((row) => row.outcome === "ready")).toBe(true);
  });

  it("ends where somebody stops it, without an error", async () => {
    const { answer } = server();
    const { many } = server({
      look: (body) => {
        many.stop();
        return Promise.resolve(answer(body, "ready"));
      },
    });
    await many.start(files(20));
    expect(many.snapshot()).toMatchObject({ phase: "report", problem: null });
    expect(summary(many.snapshot().rows)).toBe("20 documents: 8 to propose, 12 not asked yet");
  });

  it("ends where somebody stops it while files are read", async () => {
    const { many, asked } = server();
    const started = many.start(files(5));
    many.stop();
    await started;
    expect(many.snapshot()).toMatchObject({ phase: "report" });
    expect(asked).toEqual([]);
  });

  it("says why nothing of what was chosen is taken", async () => {
    const { many } = server();
    await many.start(() => Promise.resolve([{ path: "a.png", file: new File(["x"], "a.png") }]));
    expect(many.snapshot()).toMatchObject({ phase: "report", rows: [] });
    expect(many.snapshot().refusal).toContain("There is no document in it.");
  });
});

describe("the report", () => {
  const row = (at: number, more: object) => ({
    at,
    file: `${at}.md`,
    sha256: "",
    outcome: "ready" as const,
    ...more,
  });
  const rows = [
    row(0, { title: "b", steps: 3, tally: { safe: 3 }, coveragePermille: 900, ambiguities: 0 }),
    row(1, {
      title: "A",
      steps: 1,
      tally: { dangerous: 1 },
      coveragePermille: 500,
      ambiguities: 2,
      codeLeftOut: 3,
    }),
    row(2, { outcome: "refused", reason: "it is empty" }),
  ];
  const order = (by: Parameters<typeof sortedRows>[1], isReversed = false) =>
    sortedRows(rows, by, isReversed).map(({ at }) => at);

  it("has the riskiest, longest, most open, least read first", () => {
    expect(order("file")).toEqual([0, 1, 2]);
    expect(order("risk")).toEqual([1, 0, 2]);
    expect(order("steps")).toEqual([0, 1, 2]);
    expect(order("questions")).toEqual([1, 0, 2]);
    expect(order("code")).toEqual([1, 0, 2]);
    expect(order("read")).toEqual([1, 0, 2]);
    expect(order("state")).toEqual([2, 0, 1]);
    expect(order("file", true)).toEqual([2, 1, 0]);
  });

  it("says what is going on", () => {
    const view = { phase: "reading", done: 8, of: 50, waits: null, pulls: 2 } as Parameters<
      typeof progressText
    >[0];
    expect(progressText(view)).toBe("Asking what they would become: 8 of 50 documents");
    expect(progressText({ ...view, waits: 7 })).toContain("The server is busy; it is asked again in 7 s");
    expect(progressText({ ...view, phase: "opening" })).toBe("Opening pull requests: 8 of 50 documents");
  });
});

function never(): never {
  throw new Error("the row is there");
}
