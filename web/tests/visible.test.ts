import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { HIDDEN_IN_CODE, hasHidden, pieces, visible, visibleCode } from "@/ui/visible";

describe("text from outside", () => {
  it.each([
    ["\u202e", "⟨U+202E⟩"],
    ["\u200b", "⟨U+200B⟩"],
    ["\u2066", "⟨U+2066⟩"],
    ["\ufeff", "⟨U+FEFF⟩"],
    ["\u001b", "⟨U+001B⟩"],
    ["\r", "⟨U+000D⟩"],
    ["\u0000", "⟨U+0000⟩"],
    ["\u{e0041}", "⟨U+E0041⟩"],
    ["\u034f", "⟨U+034F⟩"],
  ])("names %j", (hidden, shown) => {
    expect(visible(`rm ${hidden}x`)).toBe(`rm ${shown}x`);
    expect(hasHidden(`a${hidden}`)).toBe(true);
  });

  it("leaves the spaces of prose, and names in a command whatever only looks like one", () => {
    const blanks = "\u00a0\u2000\u2003\u200a\u202f\u205f\u3000\u1680";
    expect(visible(blanks)).toBe(blanks);
    expect(visibleCode("rm\u00a0-rf /x")).toBe("rm⟨U+00A0⟩-rf /x");
    for (const blank of `${blanks}\u2800\u3164\uffa0`) expect(visibleCode(blank)).toMatch(/^⟨U\+/);
    const plain = "grüße, 世界 🟢\n\tkubectl get pods";
    expect(visibleCode(plain)).toBe(plain);
  });

  it("leaves what draws an emoji in colour to prose, and names it wherever else it stands", () => {
    const prose = "⚠️ Warning, ❤️, 3️⃣ steps, ©️, 👍🏽️";
    expect(visible(prose)).toBe(prose);
    expect(hasHidden(prose)).toBe(false);
    for (const odd of ["a\ufe0f", "1\ufe0f", "\ufe0f", " \ufe0f", "⚠\ufe0e", "#\ufe0f1"])
      expect(visible(odd)).toMatch(/⟨U\+FE0[EF]⟩/);
    expect(visible("⚠\ufe0f\ufe0f")).toBe("⚠\ufe0f⟨U+FE0F⟩");
    expect(visibleCode("echo ⚠\ufe0f")).toBe("echo ⚠⟨U+FE0F⟩");
  });

  it("names in a command all that the scanner calls hidden", () => {
    const source = readFileSync("../scanner/text.py", "utf8");
    const [, body = ""] = /_HIDDEN: Final = re\.compile\(\n([\s\S]*?)\n\)/.exec(source) ?? [];
    const ranges = [...body.matchAll(/"(.*)"/g)].map(([, part]) => part).join("");
    const scanners = new RegExp(ranges.replaceAll(/\\U000([0-9a-f]{5})/gi, "\\u{$1}"), "u");
    const missed: string[] = [];
    for (let point = 0; point <= 0x10ffff; point += 1) {
      const text = String.fromCodePoint(point);
      if (scanners.test(text) && text.search(HIDDEN_IN_CODE) < 0) missed.push(point.toString(16));
    }
    expect(scanners.test("\u00a0")).toBe(true);
    expect(missed).toEqual([]);
  });

  it("leaves what can be seen as it is", () => {
    const plain = "grüße, 世界 🟢 <script>alert(1)</script>\n\tkubectl get pods";
    expect(visible(plain)).toBe(plain);
    expect(hasHidden(plain)).toBe(false);
  });

  it("cuts a text into its visible and hidden pieces, losing nothing", () => {
    expect(pieces("a\u202eb\u200b")).toEqual([
      { text: "a", hidden: false },
      { text: "⟨U+202E⟩", hidden: true },
      { text: "b", hidden: false },
      { text: "⟨U+200B⟩", hidden: true },
    ]);
    expect(pieces("")).toEqual([]);
  });
});
