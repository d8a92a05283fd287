import { QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { meQuery, queryClient } from "@/api/queries";
import type { Bringing } from "@/pages/execution/bring";
import { waitsForJudgement } from "@/pages/execution/live";
import { Middle } from "@/pages/execution/middle";
import type { Execution } from "@/pages/execution/steps";
import { SETTLE_MS } from "@/ui/settled";

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 28, 3, 0, seconds)).toISOString();

function execution(more: Partial<Execution>): Execution {
  const steps = ["a", "b", "c"].map((id) => ({ id, title: `Step ${id}`, command: `run ${id}` }));
  return {
    id: "exe_1",
    version: 7,
    cursor: "b",
    trustLevel: 1,
    steps: steps.map((step) => ({ ...step, risk: "caution", status: "waiting" })),
    createdAt: at(0),
    updatedAt: at(10),
    startedAt: at(0),
    ...more,
  } as unknown as Execution;
}

const wrapper = ({ children }: { children: ReactNode }) => (
  <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
);

const settle = () => act(() => vi.advanceTimersByTime(SETTLE_MS));

const bringing = (send: Bringing["send"]): Bringing => ({
  send,
  isPending: false,
  pending: null,
  problem: null,
  blocked: null,
  mayNot: () => null,
  settled: true,
  changed: null,
  dismiss: () => undefined,
});

beforeEach(() => {
  vi.useFakeTimers();
  queryClient.clear();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

describe("a gate whose command can't be judged now", () => {
  const x = (notJudged: boolean) =>
    execution({
      state: "await_approval",
      gate: {
        id: "gat_1",
        step: "b",
        kind: "forward",
        risk: "caution",
        unknown: notJudged,
        notJudged,
        intentSha256: "sha256:1",
        quorum: 1,
        expiresAt: at(600),
        lapsed: false,
        intent: {
          command: "run b",
          agent: { id: "agt_1", name: "web-1" },
          timeoutMs: 60_000,
          maxAttempts: 1,
        },
      } as unknown as Execution["gate"],
      actions: notJudged ? ["skip", "refuse"] : ["approve", "skip", "refuse"],
    });
  const props = {
    opened: new Set<string>(),
    onToggle: () => undefined,
    onAsk: () => undefined,
    onEdit: () => undefined,
  };

  it("offers no approval, says what is true and what can be done, and is itself again without a stray click", () => {
    const send = vi.fn();
    Element.prototype.scrollIntoView = vi.fn();
    queryClient.setQueryData(meQuery.queryKey, {
      id: "mem_1",
      role: "owner",
      permissions: ["respond", "approve_caution"],
    } as never);
    const page = (now: Execution) => <Middle x={now} {...props} bringing={bringing(send)} />;
    const { rerender } = render(page(x(true)), { wrapper });
    settle();
    expect(screen.queryByRole("button", { name: /Approve/ })).toBeNull();
    expect(screen.getByText(/can’t be judged at this moment/)).toBeTruthy();
    expect(screen.getByRole("button", { name: /Skip this step/ })).toBeTruthy();
    expect(document.querySelector("#gate .risk")?.textContent).toBe("Unknown");
    expect(screen.getByText("can’t be judged now")).toBeTruthy();
    rerender(page(x(false)));
    const approve = () => screen.getByRole("button", { name: /Approve and run on web-1/ });
    fireEvent.click(approve());
    expect(send).not.toHaveBeenCalled();
    settle();
    fireEvent.click(approve());
    expect(send).toHaveBeenCalledWith({
      event: "approve",
      body: { intentSha256: "sha256:1", typed: null },
    });
    expect(screen.queryByText(/can’t be judged/)).toBeNull();
  });

  it("is looked at again although no stored event will say that it passed", () => {
    expect([x(true), x(false)].map(waitsForJudgement)).toEqual([true, false]);
    const edited = { ...x(false), steps: [{ ...x(false).steps[0], notJudged: true }] } as Execution;
    expect(waitsForJudgement(edited)).toBe(true);
  });
});
