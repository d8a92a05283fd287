import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { Attention, askedNow } from "@/pages/execution/attention";
import type { Execution } from "@/pages/execution/steps";

afterEach(cleanup);

function execution(more: Record<string, unknown>): Execution {
  const steps = ["a", "b"].map((id) => ({ id, title: `Look at ${id}`, status: "ready", attempts: [] }));
  return { id: "exe_1", version: 1, state: "executing", cursor: "a", steps, ...more } as unknown as Execution;
}

const running = execution({});
const gate = (id: string, more = {}) =>
  execution({
    state: "await_approval",
    gate: { id, step: "a", kind: "forward", risk: "dangerous", intentSha256: id, lapsed: false, ...more },
  });

function Page({ x }: { x: Execution }) {
  return (
    <>
      <input aria-label="note" />
      {askedNow(x) === null ? null : (
        <section id="gate">
          <button type="button">Approve</button>
        </section>
      )}
      <Attention x={x} />
    </>
  );
}

const said = () => document.querySelector("[data-attention]")?.textContent;
const focused = () => document.activeElement?.id;

describe("a gate that opens", () => {
  it("is said and takes the focus itself, not its button", () => {
    const { rerender } = render(<Page x={running} />);
    expect(said()).toBe("");
    rerender(<Page x={gate("g1")} />);
    expect(said()).toBe("Step 1 of 2, Look at a waits for an approval, dangerous.");
    expect(focused()).toBe("gate");
    // The same gate, looked at again.
    screen.getByRole("button").focus();
    rerender(<Page x={{ ...gate("g1"), version: 2 }} />);
    expect(document.activeElement?.tagName).toBe("BUTTON");
    rerender(<Page x={running} />);
    expect(said()).toBe("");
  });

  it("takes nothing from somebody who types, and is said all the same", () => {
    const { rerender } = render(<Page x={running} />);
    screen.getByLabelText("note").focus();
    rerender(<Page x={gate("g1")} />);
    expect(said()).toContain("waits for an approval");
    expect(document.activeElement?.tagName).toBe("INPUT");
  });

  it("that stood there when the page was opened moves nothing", () => {
    render(<Page x={gate("g1")} />);
    expect(said()).toBe("");
    expect(focused()).not.toBe("gate");
  });

  it("says which of them it is", () => {
    expect(askedNow(gate("g", { lapsed: true }))).toContain("has lapsed");
    expect(askedNow(gate("g", { notJudged: true }))).toContain("can’t be judged at this moment");
    expect(askedNow(gate("g", { kind: "rollback" }))).toContain("its rollback waits");
    expect(askedNow(execution({ state: "await_manual" }))).toContain("is yours to do");
    expect(askedNow(execution({ state: "manual_intervention" }))).toContain("needs you");
    expect(askedNow(running)).toBeNull();
  });
});
