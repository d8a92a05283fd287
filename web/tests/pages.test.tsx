import { cleanup, render } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { take } from "@/api/client";
import { Problem } from "@/api/problem";
import { Command } from "@/ui/command";
import { TooltipProvider } from "@/ui/overlay";
import { Result } from "@/ui/page";

afterEach(cleanup);

type Query = Parameters<typeof Result<string>>[0]["query"];
const query = (state: { data?: string; error?: Error }) =>
  ({ refetch: vi.fn(), ...state }) as unknown as Query;
const shown = (state: { data?: string; error?: Error }) =>
  render(
    <Result query={query(state)} what="it">
      {(data) => <p>{data}</p>}
    </Result>,
  ).container.textContent;

describe("what a query gave", () => {
  it("is shown under the error, where it could not be read again", () => {
    expect(shown({ data: "old" })).toBe("old");
    const both = shown({ data: "old", error: new Problem(500, { detail: "It broke." }) });
    expect(both).toContain("It broke.");
    expect(both).toContain("old");
    expect(shown({ error: new Problem(404, { detail: "There is none." }) })).toContain("There is none.");
    expect(shown({})).toContain("Loading it");
  });
});

describe("a command", () => {
  it("marks its holes and nothing else, and shows every character", () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell's own variable, which is no hole.
    const text = "kubectl -n {{ namespace }} get ${POD} {{.Items}} {{ Upper }}\u202e";
    const { container } = render(<Command text={text} />);
    expect([...container.querySelectorAll(".var")].map((hole) => hole.textContent)).toEqual([
      "{{ namespace }}",
    ]);
    expect(container.querySelector("code")?.textContent).toBe(text.replace("\u202e", "⟨U+202E⟩"));
  });
});

describe("a hidden character of a command", () => {
  it("stands in a box of its own, also inside what decided, and a text that pretends to be one does not", () => {
    const text = "rm\u00a0-rf\u200b ⟨U+00A0⟩";
    const spans = [{ start: 2, end: 7, rule: "delete" }];
    const { container } = render(
      <TooltipProvider>
        <Command text={text} spans={spans} />
      </TooltipProvider>,
    );
    const boxes = [...container.querySelectorAll(".hidden-char")].map((box) => box.textContent);
    expect(boxes).toEqual(["⟨U+00A0⟩", "⟨U+200B⟩"]);
  });
});

describe("an answer", () => {
  it("that never came is a problem that says so", async () => {
    const lost = take(Promise.reject(new TypeError("Failed to fetch")));
    await expect(lost).rejects.toMatchObject({ status: 0, code: "unreachable" });
  });
});
