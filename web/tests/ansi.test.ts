import { describe, expect, it } from "vitest";
import { piecesOf, plainText, ROWS_MAX, Rows, sgr, styleClass } from "@/ui/ansi";

function shown(text: string, width = 80, cut = text.length): string[] {
  const rows = new Rows(width);
  for (let at = 0; at < text.length; at += cut) rows.append(text.slice(at, at + cut));
  return rows.rows.map(plainText);
}

describe("output", () => {
  it("is broken into rows at newlines, at its width, and at a lone return", () => {
    expect(shown("one\ntwo\r\nthree")).toEqual(["one", "two", "three"]);
    expect(shown("x".repeat(45), 20)).toEqual(["x".repeat(20), "x".repeat(20), "x".repeat(5)]);
    const rows = new Rows(20);
    rows.append("10 %\r90 %\n");
    expect(rows.rows.map((row) => row.begin)).toEqual(["line", "return"]);
  });

  it("reads the same wherever the stream is cut", () => {
    const text = "\u001b[1;31mfail\u001b[0m ok\r\n\u001b[38;5;196mred\u001b[39m \u{1f600} end\rnext\n";
    const whole = new Rows(30);
    whole.append(text);
    for (let cut = 1; cut < 12; cut += 1) {
      const rows = new Rows(30);
      for (let at = 0; at < text.length; at += cut) rows.append(text.slice(at, at + cut));
      expect(rows.rows.map(piecesOf), `cut ${cut}`).toEqual(whole.rows.map(piecesOf));
    }
  });

  it("renders SGR, carries it over rows, and takes it back", () => {
    const rows = new Rows(20);
    rows.append("\u001b[1;32mgo\nstill\u001b[0m off");
    const [first, second] = rows.rows.map(piecesOf);
    expect(first).toEqual([{ text: "go", hidden: false, className: "t-bold t-2" }]);
    expect(second?.map((piece) => piece.className)).toEqual(["t-bold t-2", ""]);
  });

  it("keeps a text readable on any ground, and never conceals one", () => {
    expect(styleClass(sgr(0, "30;40"))).toBe("t-on-0");
    expect(styleClass(sgr(0, "8"))).toBe("");
    expect(styleClass(sgr(0, "38;2;250;20;20"))).toBe("t-1");
    expect(styleClass(sgr(sgr(0, "1;4;31"), "22;24;39"))).toBe("");
    expect(sgr(sgr(0, "31"), "")).toBe(0);
  });

  it("shows every other escape and control character as what it is", () => {
    expect(shown("\u001b]8;;http://evil\u0007click\u001b]8;;\u0007")[0]).toBe(
      "⟨U+001B⟩]8;;http://evil⟨U+0007⟩click⟨U+001B⟩]8;;⟨U+0007⟩",
    );
    expect(shown("\u001b[2J\u001b[1;1Hgone\b\b")[0]).toBe("⟨U+001B⟩[2J⟨U+001B⟩[1;1Hgone⟨U+0008⟩⟨U+0008⟩");
    expect(shown("safe\u202egnp.exe")[0]).toBe("safe⟨U+202E⟩gnp.exe");
    expect(shown("<script>alert(1)</script>")[0]).toBe("<script>alert(1)</script>");
  });

  it("lets the oldest rows go, and says how many", () => {
    const rows = new Rows(20);
    rows.append("\n".repeat(ROWS_MAX + 10));
    expect(rows.dropped).toBeGreaterThan(0);
    expect(rows.rows.length + rows.dropped).toBeGreaterThanOrEqual(ROWS_MAX + 10);
    expect(rows.rows.length).toBeLessThanOrEqual(ROWS_MAX);
  });

  it("takes a megabyte without a newline, or of colours alone, in time that grows with it", {
    timeout: 30_000,
  }, () => {
    const begun = performance.now();
    const rows = new Rows(100);
    const line = new Rows(100);
    for (let index = 0; index < 64; index += 1) {
      rows.append("\u001b[31m\u001b[0m".repeat(1_800));
      line.append("y".repeat(16_384));
    }
    expect(rows.rows.every((row) => row.text.length < 5_000)).toBe(true);
    expect(line.rows.length).toBe(Math.ceil((64 * 16_384) / 100));
    // Generous for a busy machine: what grows with the square of the length takes minutes.
    expect(performance.now() - begun).toBeLessThan(20_000);
  });
});
