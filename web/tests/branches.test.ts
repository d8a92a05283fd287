import { describe, expect, it } from "vitest";
import { places } from "@/ui/branches";

describe("branches", () => {
  it("leave the line at a condition and come back where steps join", () => {
    const found = places([
      { id: "cause" },
      { id: "stop", needs: ["cause"], conditional: true },
      { id: "rebuild", needs: ["cause"], conditional: true },
      { id: "verify", needs: ["stop", "rebuild"] },
    ]);
    expect(found.map((place) => place.branch)).toEqual([null, "stop", "rebuild", null]);
    expect(found.map((place) => place.rejoins)).toEqual([false, true, true, false]);
  });

  it("go on over steps that only follow them, as those are skipped with them", () => {
    const found = places([
      { id: "a" },
      { id: "b", conditional: true },
      { id: "c", needs: ["b"] },
      { id: "d", needs: ["a"] },
    ]);
    expect(found.map((place) => [place.branch, place.follows, place.rejoins])).toEqual([
      [null, false, false],
      ["b", false, false],
      ["b", true, true],
      [null, false, false],
    ]);
  });
});
