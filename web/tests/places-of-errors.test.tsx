import { QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, fireEvent, render, renderHook, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { api } from "@/api/client";
import { Problem } from "@/api/problem";
import { queryClient } from "@/api/queries";
import type { Bringing } from "@/pages/execution/bring";
import { Head } from "@/pages/execution/head";
import { OutputCard } from "@/pages/execution/output-card";
import type { Attempt, Execution } from "@/pages/execution/steps";
import { useLeave } from "@/shell/actions";
import { LeaveBanner } from "@/shell/topbar";

const wrapper = ({ children }: { children: ReactNode }) => (
  <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
);

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  queryClient.clear();
});

describe("a sign-out that did not work", () => {
  it("is said on the page, though the menu that asked is closed", async () => {
    const left = vi.spyOn(api, "DELETE").mockRejectedValue(Problem.unanswered());
    render(<LeaveBanner />, { wrapper });
    expect(screen.queryByRole("alert")).toBeNull();
    const { result, unmount } = renderHook(useLeave, { wrapper });
    act(() => result.current.mutate());
    expect(await screen.findByText("You may still be signed in")).toBeTruthy();
    unmount();
    expect(screen.getByRole("alert").textContent).toContain("may have happened");
    fireEvent.click(screen.getByRole("button", { name: "Sign out again" }));
    await vi.waitFor(() => expect(left).toHaveBeenCalledTimes(2));
  });
});

describe("an output that could not be read", () => {
  it("is read again from its beginning", async () => {
    vi.stubGlobal(
      "ResizeObserver",
      class {
        observe() {}
        disconnect() {}
      },
    );
    const refused = () => Promise.resolve(new Response("{}", { status: 500 }));
    const fetching = vi.spyOn(globalThis, "fetch").mockImplementation(refused);
    const attempt = {
      id: "stx_1",
      kind: "forward",
      number: 1,
      status: "failed",
      endedAt: "2026-11-28T03:00:00Z",
    } as Attempt;
    render(<OutputCard execution="exe_1" attempt={attempt} heading="Look" />, { wrapper });
    fireEvent.click(await screen.findByRole("button", { name: "Try again" }));
    await vi.waitFor(() => expect(fetching).toHaveBeenCalledTimes(2));
    expect(await screen.findByRole("button", { name: "Try again" })).toBeTruthy();
  });
});

describe("an output that is not there yet", () => {
  const show = (more: Partial<Attempt>) => {
    vi.stubGlobal(
      "ResizeObserver",
      class {
        observe() {}
        disconnect() {}
      },
    );
    const attempt = { id: "stx_2", kind: "forward", number: 1, status: "succeeded", ...more } as Attempt;
    render(<OutputCard execution="exe_1" attempt={attempt} heading="Look" />, { wrapper });
  };
  const endedAt = "2026-11-28T03:00:00Z";

  it("is said to be read, until its first bytes are there", async () => {
    let answer: (response: Response) => void = () => undefined;
    const output = new Promise<Response>((resolve) => {
      answer = resolve;
    });
    vi.spyOn(globalThis, "fetch").mockImplementation((input) =>
      String(input instanceof Request ? input.url : input).endsWith("/output")
        ? output
        : Promise.resolve(new Response("{}", { headers: { "Content-Type": "application/json" } })),
    );
    show({ endedAt, outputBytes: 6 });
    expect(screen.getByText("Reading what it wrote…")).toBeTruthy();
    answer(new Response("Linux\n"));
    await vi.waitFor(() => expect(screen.queryByText("Reading what it wrote…")).toBeNull());
  });

  it("is nothing where nothing was written", () => {
    show({ endedAt, outputBytes: 0 });
    expect(screen.queryByText("Reading what it wrote…")).toBeNull();
    expect(screen.getByText("It wrote nothing.")).toBeTruthy();
  });
});

describe("the head of an execution", () => {
  const x = {
    id: "exe_1",
    state: "executing",
    version: 3,
    runbook: { title: "Look", commit: "a".repeat(40) },
    actions: ["pause"],
  } as unknown as Execution;
  const bringing = (more: Partial<Bringing>): Bringing => ({
    send: vi.fn(),
    isPending: false,
    pending: null,
    problem: null,
    blocked: null,
    mayNot: () => null,
    settled: true,
    changed: null,
    dismiss: vi.fn(),
    ...more,
  });

  it("says why a pause did not pause, and that the page is not told what happens", () => {
    const refused = {
      kind: "refused",
      problem: new Problem(403, { detail: "You may not listen." }),
    } as const;
    render(
      <Head
        x={x}
        stream={refused}
        bringing={bringing({ problem: new Problem(409, { detail: "It has just ended." }) })}
        onAbort={vi.fn()}
      />,
      { wrapper },
    );
    expect(screen.getByText("It has just ended.")).toBeTruthy();
    expect(screen.getByText("You may not listen.")).toBeTruthy();
    expect(screen.queryByText("Connecting…")).toBeNull();
  });
});
