import { describe, expect, it } from "vitest";
import { hasHidden, pieces, visible } from "@/ui/visible";

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
