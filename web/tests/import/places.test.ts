// @vitest-environment node
import { describe, expect, it } from "vitest";
import { coveragePercent, type Preview } from "@/pages/import/answer";
import { differencesByStep, findingsOf, linkPath, placeAt, questionsByStep } from "@/pages/import/places";
import payments from "./payments.json";

const PASSWORD = payments.answer.masked[0]?.now ?? "";
const answer = payments.answer as unknown as Preview;
const { places, marks } = findingsOf(answer);
const textOf = (id: string) =>
  places.find((place) => place.id === id)?.ranges.map((range) => payments.sent.slice(range.from, range.to));

describe("places of a preview in its source", () => {
  it("are exact behind characters that take two units", () => {
    expect(textOf("step:confirm-down")).toEqual([
      "First check it is really down:",
      "pg_isready –h payments-db-0.db.internal -t 5",
    ]);
    expect(textOf("prerequisite:vpn")).toEqual(["VPN"]);
    expect(textOf("variable:writers")).toEqual(["6"]);
  });

  it("find the narrowest part around a position", () => {
    const at = (text: string) => placeAt(places, payments.sent.indexOf(text) + 1);
    expect(at("pg_isready")).toBe("step:confirm-down");
    expect(at("VPN")).toBe("prerequisite:vpn");
    expect(at("Sorry")).toBeNull();
  });

  it("mark what was masked, repaired, set aside and asked", () => {
    const marked = (kind: string) => marks.filter((mark) => mark.kind === kind);
    expect(marked("mask")).toMatchObject([{ text: `masked, now ${PASSWORD}`, now: PASSWORD }]);
    expect(marked("repair")).toMatchObject([{ text: "repaired dash", now: "-" }]);
    expect(marked("aside")).toMatchObject([{ text: "set aside: not an instruction" }]);
    expect(marked("ask")).toHaveLength(1);
  });

  it("put a question with its step, and one without a step before all", () => {
    const [question] = answer.ambiguities;
    if (!question) throw new Error("the fixture has a question");
    expect(questionsByStep(answer).get("agree-loss")).toEqual([question]);
    const lost = { ...answer, ambiguities: [{ ...question, step: "gone" }] };
    expect(questionsByStep(lost).get(null)).toHaveLength(1);
  });

  it("leave out spans that do not fit the text", () => {
    const odd = { ...answer, sourceText: "short" };
    expect(
      findingsOf(odd)
        .places.flatMap((place) => place.ranges)
        .every((range) => range.to <= 5),
    ).toBe(true);
  });
});

describe("what is drawn", () => {
  it("a link from the source's edge to the node", () => {
    expect(linkPath(10, 40.24, 60)).toBe("M0 10C33.6 10 19.599999999999998 40 56 40H60");
  });

  it("full coverage only where nothing is lost", () => {
    expect(coveragePercent({ sentences: 0, accounted: 0 })).toBe(100);
    expect(coveragePercent({ sentences: 300, accounted: 299 })).toBe(99);
  });
});

describe("what a model reads differently", () => {
  it("stands with its step, and above the first where there is none", () => {
    const step = answer.steps[1]?.id ?? "";
    const item = { kind: "command", rules: "no step", model: "df -h", canTake: true, taken: false } as const;
    const reading = {
      by: "m/x1",
      read: true,
      said: "",
      differences: [
        { ...item, id: "a", step },
        { ...item, id: "b" },
        { ...item, id: "c", step: "not-there" },
      ],
    };
    const found = differencesByStep({ ...answer, reading });
    expect(found.get(step)?.map((one) => one.id)).toEqual(["a"]);
    expect(found.get(null)?.map((one) => one.id)).toEqual(["b", "c"]);
    expect(differencesByStep(answer).size).toBe(0);
  });
});
