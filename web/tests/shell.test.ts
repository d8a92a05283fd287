import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { asProblem, Problem, problemOf } from "@/api/problem";
import { type Entry, search, withoutRepeats } from "@/shell/palette";
import { PLACES } from "@/shell/places";
import { match, type Shortcut } from "@/shell/shortcuts";
import { soundSpans } from "@/ui/command";
import { shownRisk, tallyOf } from "@/ui/risk";
import { duration, relative, seconds } from "@/ui/time";

const ROUTES = readFileSync("src/router.tsx", "utf8");
const entry = (kind: string, text: string, more = ""): Entry => ({ kind, text, more, to: `/${text}` });
const key = (keys: string, label: string): Shortcut => ({ keys, label, run: () => undefined });

describe("the palette", () => {
  const entries = [
    entry("Runbook", "Restart the worker", "worker-stuck"),
    entry("Runbook", "Drain a node"),
    entry("Execution", "Worker again", "exe_1"),
  ];

  it("needs every word, anywhere, and puts beginnings first", () => {
    expect(search(entries, "worker").map((item) => item.text)).toEqual([
      "Worker again",
      "Restart the worker",
    ]);
    expect(search(entries, "runbook stuck").map((item) => item.text)).toEqual(["Restart the worker"]);
    expect(search(entries, "nothing")).toEqual([]);
  });
});

describe("the places to go", () => {
  it("are all pages that need nothing chosen first, each with a key of its own", () => {
    // Every address of the signed-in app without a parameter; nothing is reached by knowing its address alone.
    const pages = [...ROUTES.matchAll(/getParentRoute: \(\) => app,\s+path: "([^"$]+)"/g)].map(
      (one) => one[1],
    );
    expect(pages.length).toBeGreaterThan(6);
    expect(PLACES.map((place) => place.to).sort()).toEqual(pages.sort());
    expect(new Set(PLACES.map((place) => place.key)).size).toBe(PLACES.length);
    const found = PLACES.map((place) => ({
      kind: "Go to",
      text: place.label,
      more: place.more ?? "",
      to: place.to,
    }));
    expect(search(found, "import")[0]?.to).toBe("/import");
    expect(search(found, "paste")[0]?.to).toBe("/import");
  });
});

describe("what the palette finds", () => {
  it("has an old execution that is still open beside the newest, each once", () => {
    const found = withoutRepeats([{ id: "1" }, { id: "8" }], [{ id: "9" }, { id: "8" }]);
    expect(found.map((item) => item.id)).toEqual(["9", "8", "1"]);
    expect(withoutRepeats(undefined, [{ id: "9" }])).toHaveLength(1);
  });
});

describe("shortcuts", () => {
  const groups = new Map([
    ["Everywhere", [key("?", "help"), key("g r", "runbooks"), key("s", "everywhere's s")]],
    ["Page", [key("s", "skip"), key("r", "reload")]],
  ]);

  it("gives the page's key before everyone's, and a chord before its last key alone", () => {
    expect(match(groups, "s", null)?.label).toBe("skip");
    expect(match(groups, "r", "g")?.label).toBe("runbooks");
    expect(match(groups, "r", null)?.label).toBe("reload");
    expect(match(groups, "x", null)).toBeUndefined();
  });
});

describe("risk", () => {
  it("shows unknown before the risk that it counts as, and manual where nothing runs", () => {
    expect(shownRisk({ command: "ls", risk: "safe" })).toBe("safe");
    expect(shownRisk({ command: "ls", risk: "caution", unknown: true })).toBe("unknown");
    // What is declared dangerous stays dangerous, whatever nobody could tell.
    expect(shownRisk({ command: "ls", risk: "dangerous", unknown: true })).toBe("dangerous");
    expect(shownRisk({ command: null, risk: "safe" })).toBe("manual");
    expect(shownRisk({ command: "ls", risk: null })).toBe("caution");
    expect(shownRisk({ command: "ls", risk: "surely-fine" })).toBe("caution");
    expect(tallyOf(["safe", "manual", "safe"])).toEqual({ safe: 2, manual: 1 });
  });

  it("drops spans that lie outside, overlap or are empty", () => {
    const spans = [
      { start: 4, end: 8 },
      { start: 0, end: 3 },
      { start: 2, end: 5 },
      { start: 8, end: 8 },
      { start: 7, end: 90 },
      { start: -1, end: 2 },
    ];
    expect(soundSpans(spans, 10).map((span) => [span.start, span.end])).toEqual([
      [0, 3],
      [4, 8],
    ]);
  });
});

describe("times", () => {
  it("are short, in both directions", () => {
    const now = Date.parse("2026-11-23T03:00:00Z");
    expect(relative(new Date(now - 1_000), now)).toBe("just now");
    expect(relative(new Date(now - 40_000), now)).toBe("40 s ago");
    expect(relative(new Date(now - 3 * 3_600_000), now)).toBe("3 h ago");
    expect(relative(new Date(now + 300_000), now)).toBe("in 5 min");
    expect(duration(401_000)).toBe("06:41");
    expect(duration(3_723_000)).toBe("1:02:03");
    expect(seconds(412)).toBe("0.4 s");
    expect(seconds(125_000)).toBe("2 min 5 s");
  });
});

describe("problems", () => {
  it("say what the server said", () => {
    const problem = problemOf(422, {
      title: "No",
      detail: "Line 3 is wrong.",
      code: "invalid",
      places: [{ line: 3, message: "x" }],
    });
    expect([problem.status, problem.code, problem.message, problem.places.length]).toEqual([
      422,
      "invalid",
      "Line 3 is wrong.",
      1,
    ]);
    expect(problemOf(502, "<html>").message).toContain("502");
  });

  it("tell a refusal from a fault of the page", () => {
    // take() makes an unanswered fetch a Problem; any other TypeError is a fault of ours and says so.
    expect(asProblem(new TypeError("x is undefined")).code).toBe("page");
    expect(asProblem(new Problem(409, {})).status).toBe(409);
    expect(asProblem("odd").code).toBe("page");
  });
});
