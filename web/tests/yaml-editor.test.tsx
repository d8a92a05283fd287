import { cleanup, render } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { YamlEditor } from "@/pages/runbook/yaml-editor";
import { nameOf } from "@/ui/visible";

afterEach(cleanup);

it("names every character of the document that can't be seen for what it is", () => {
  const hidden = [
    "\u00a0",
    "\u115f",
    "\u2003",
    "\u200b",
    "\u2800",
    "\u3000",
    "\u3164",
    "\u034f",
    "\u{e0041}",
  ];
  const { container } = render(
    <YamlEditor
      ref={null}
      initial={hidden.map((character) => `command: rm${character}x`).join("\n")}
      places={[]}
      onChange={() => undefined}
      onPropose={() => undefined}
    />,
  );
  const named = [...container.querySelectorAll(".hidden-char")].map((box) => box.textContent);
  expect(named).toEqual(hidden.map(nameOf));
});
