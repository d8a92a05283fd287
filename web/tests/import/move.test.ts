import { describe, expect, it } from "vitest";
import { type Lines, moved } from "@/pages/import/editor/move";

/** The text after the move, with `|` where the moved step begins. */
function moving(text: string, steps: readonly (Lines | null)[], at: number, by: 1 | -1): string | null {
  const move = moved(text, steps, at, by);
  if (!move) return null;
  const now = text.slice(0, move.from) + move.insert + text.slice(move.to);
  return `${now.slice(0, move.at)}|${now.slice(move.at)}`;
}

const lines = (first: number, last = first): Lines => ({ first, last });

describe("a step that is moved", () => {
  const list = "# A\n\n1. one `a`\n2. two\n   `b`\n\n   more of two\n\nA note.\n3. three\n";
  const steps = [lines(2), lines(3, 4), lines(9)];

  it("changes places with its neighbour, numbers and what is below it included", () => {
    expect(moving(list, steps, 0, 1)).toBe(
      "# A\n\n1. two\n   `b`\n\n   more of two\n|2. one `a`\n\nA note.\n3. three\n",
    );
    expect(moving(list, steps, 1, -1)).toBe(
      "# A\n\n|1. two\n   `b`\n\n   more of two\n2. one `a`\n\nA note.\n3. three\n",
    );
  });

  it("goes over no text that is no step", () => {
    expect(moving(list, steps, 2, -1)).toBeNull();
    const restricted = "Only on staging:\n\n1. `a`\n\nOnly on prod:\n\n2. `b`\n";
    expect(moving(restricted, [lines(2), lines(6)], 0, 1)).toBeNull();
    expect(moving(restricted, [lines(2), lines(6)], 1, -1)).toBeNull();
    expect(moving("```\na\n# on prod\nb\n```", [lines(1), lines(3)], 0, 1)).toBeNull();
  });

  it("leaves empty lines where they are", () => {
    expect(moving("1. a\n\n\n2. b\n", [lines(0), lines(3)], 1, -1)).toBe("|1. b\n\n\n2. a\n");
  });

  it("knows a block of code by a fence of the same length or longer", () => {
    const text = "````\na\n```\nb\n````\n\n- c\n";
    expect(moving(text, [lines(1), lines(6)], 0, 1)).toBe("- c\n\n|````\na\n```\nb\n````\n");
    expect(moving("```\na\n````\n\n- c\n", [lines(1), lines(4)], 0, 1)).toBe("- c\n\n|```\na\n````\n");
  });

  it("takes its whole block of code along", () => {
    const text = "Look:\n\n```sh\ndf -h\n```\n\nThen:\n\n```\nuptime\n```";
    expect(moving(text, [lines(0, 3), lines(6, 9)], 0, 1)).toBe(
      "Then:\n\n```\nuptime\n```\n\n|Look:\n\n```sh\ndf -h\n```",
    );
    expect(moving("```sh\na\n```\n```\nb\n```", [lines(1), lines(4)], 1, -1)).toBe(
      "|```\nb\n```\n```sh\na\n```",
    );
  });

  it("moves within a block of code that several share, and not out of it", () => {
    const text = "```\na\nb\n```\n\n- c";
    const three = [lines(1), lines(2), lines(5)];
    expect(moving(text, three, 0, 1)).toBe("```\nb\n|a\n```\n\n- c");
    expect(moving(text, three, 1, 1)).toBeNull();
    expect(moving(text, three, 2, -1)).toBeNull();
  });

  it("stays where there is no neighbour, or one in the same line, or one that an answer put there", () => {
    expect(moving(list, steps, 0, -1)).toBeNull();
    expect(moving(list, steps, 2, 1)).toBeNull();
    expect(moving("run `a` and `b`", [lines(0), lines(0)], 0, 1)).toBeNull();
    expect(moving(list, [lines(2), null], 0, 1)).toBeNull();
  });
});
