// @vitest-environment node
import { describe, expect, it } from "vitest";
import { lineCounter, Points, wellFormed } from "@/pages/import/points";

/** The slow way that is right by definition. */
const unitOf = (text: string, point: number) => Array.from(text).slice(0, point).join("").length;

describe("code points and UTF-16 units", () => {
  it.each(["", "plain", "🐘", "a🐘b🐘🐘c", "🐘🐘", "e\u0301 \u202e x", "x\ud83d", "\udc18y", "\ud83dz🐘"])(
    "agree for %j",
    (text) => {
      const points = new Points(text);
      for (let point = 0; point <= Array.from(text).length; point += 1) {
        expect(points.unit(point)).toBe(unitOf(text, point));
        expect(points.point(points.unit(point))).toBe(point);
      }
    },
  );

  it("gives what a span of the API covers", () => {
    const text = "🐘 run `df -h` 🐘";
    const range = new Points(text).range({ start: 7, end: 12 });
    expect(range && text.slice(range.from, range.to)).toBe("df -h");
  });

  it("gives nothing for an empty, a reversed or a missing span, and stays inside of the text", () => {
    const points = new Points("abc");
    expect(points.range({ start: 1, end: 1 })).toBeNull();
    expect(points.range({ start: 2, end: 1 })).toBeNull();
    expect(points.range({ start: -1, end: 2 })).toBeNull();
    expect(points.range(null)).toBeNull();
    expect(points.range({ start: 7, end: 9 })).toBeNull();
    expect(points.range({ start: 2, end: 99 })).toEqual({ from: 2, to: 3 });
  });

  it("tells the line of a code point", () => {
    const lineOf = lineCounter("🐘\nb\n\nd");
    expect([0, 1, 2, 3, 4, 5].map(lineOf)).toEqual([1, 1, 2, 2, 3, 4]);
  });

  it("makes text that can be sent: no half characters, one kind of line end", () => {
    expect(wellFormed("a\r\nb\rc\ud83d\n🐘")).toBe("a\nb\nc\ufffd\n🐘");
  });
});
