import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import type { Execution } from "@/pages/execution/steps";
import { StepsRail, StepsStrip } from "@/pages/execution/steps-rail";

afterEach(cleanup);

/** A dangerous step that ran, and whose rollback is only to be looked at. */
const x = {
  id: "exe_1",
  version: 4,
  state: "await_approval",
  kind: "rollback",
  cursor: "a",
  createdAt: "2026-11-29T03:00:00Z",
  startedAt: "2026-11-29T03:00:00Z",
  gate: {
    id: "gat_1",
    step: "a",
    kind: "rollback",
    risk: "caution",
    intentSha256: "x",
    openedAt: "2026-11-29T03:00:00Z",
    intent: { command: "systemctl start x" },
  },
  steps: [
    { id: "a", title: "Stop it", command: "systemctl stop x", risk: "dangerous", status: "rolling_back" },
    { id: "b", title: "Wipe it", command: "rm -rf /x", risk: "dangerous", status: "succeeded" },
  ],
} as unknown as Execution;

describe("the rail at the gate of a rollback", () => {
  it("has the risk of what would run there, and every other step its own", () => {
    const { container } = render(<StepsRail x={x} onSelect={() => undefined} />);
    const [first, second] = [...container.querySelectorAll("[data-step]")];
    expect(first?.textContent).toContain("Caution");
    expect(first?.textContent).not.toContain("Dangerous");
    expect(second?.textContent).toContain("Dangerous");
  });

  it("says the same on a phone", () => {
    render(<StepsStrip x={x} onSelect={() => undefined} />);
    expect(screen.getByLabelText(/^Step 1, Stop it, caution/)).toBeTruthy();
    expect(screen.getByLabelText(/^Step 2, Wipe it, dangerous/)).toBeTruthy();
  });
});
