import { readFileSync } from "node:fs";
import { QueryClientProvider, QueryObserver } from "@tanstack/react-query";
import { act, cleanup, fireEvent, render, renderHook, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api } from "@/api/client";
import { executionQuery, meQuery, queryClient } from "@/api/queries";
import { type Bringing, useBring } from "@/pages/execution/bring";
import { changes } from "@/pages/execution/changes";
import { EditDialog } from "@/pages/execution/edit-dialog";
import { bringAnyway, missing, Overtaken, overtaken, toSend } from "@/pages/execution/filling";
import { reasons } from "@/pages/execution/gate";
import { Middle } from "@/pages/execution/middle";
import { movedFrom } from "@/pages/execution/moved";
import { ASKS, ReasonDialog } from "@/pages/execution/reason";
import { mayNotBring, NEEDS } from "@/pages/execution/rights";
import type { Execution } from "@/pages/execution/steps";
import { GRACE_MS, report } from "@/shell/live";
import { SETTLE_MS } from "@/ui/settled";

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 28, 3, 0, seconds)).toISOString();

function execution(more: Partial<Execution> = {}): Execution {
  const steps = ["a", "b", "c"].map((id) => ({ id, title: `Step ${id}`, command: `run ${id}` }));
  return {
    id: "exe_1",
    version: 7,
    state: "rollback_available",
    cursor: "b",
    trustLevel: 1,
    steps: steps.map((step) => ({ ...step, risk: "caution", status: "waiting" })),
    variables: [],
    prerequisites: [],
    problems: [],
    actions: ["skip", "edit", "retry"],
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
const post = vi.spyOn(api, "POST");
const get = vi.spyOn(api, "GET");
const answered = (data: unknown) => ({ data, response: new Response(null, { status: 200 }) });
const conflict = () => ({
  error: { code: "version_conflict", detail: "It moved on." },
  response: new Response(null, { status: 412 }),
});

beforeEach(() => {
  vi.useFakeTimers();
  post.mockReset();
  get.mockReset();
  queryClient.clear();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

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

describe("a dialog that asks for a sentence", () => {
  const asked = { ask: ASKS.skip("Step b"), of: execution() };
  const show = (now: Execution, send: Bringing["send"]) => (
    <ReasonDialog asked={asked} now={now} close={() => undefined} bringing={bringing(send)} />
  );
  const write = (text: string) => fireEvent.change(screen.getByRole("textbox"), { target: { value: text } });
  const submit = () => fireEvent.submit(screen.getByRole("textbox"));

  it("sends at the version that it was opened on", () => {
    const send = vi.fn();
    render(show(asked.of, send));
    submit();
    expect(send).not.toHaveBeenCalled();
    write("no need");
    submit();
    expect(send).toHaveBeenCalledWith(
      { event: "skip", body: { reason: "no need" } },
      expect.objectContaining({ seen: asked.of }),
    );
  });

  it("sends nothing once the execution is at another step, and says so", () => {
    const send = vi.fn();
    const { rerender } = render(show(asked.of, send));
    write("no need");
    rerender(show(execution({ version: 8, cursor: "c" }), send));
    submit();
    fireEvent.click(screen.getByRole("button", { name: /Skip the step/ }));
    expect(send).not.toHaveBeenCalled();
    expect(screen.getByText(/Nothing was sent: it has moved on/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: /go on with this step/ })).toBeNull();
  });

  it("asks to look again where it is another version of the same, and keeps what was written", () => {
    const send = vi.fn();
    const { rerender } = render(show(asked.of, send));
    write("no need");
    const now = execution({ version: 8 });
    rerender(show(now, send));
    submit();
    expect(send).not.toHaveBeenCalled();
    const go = screen.getByRole("button", { name: /go on with this step/ });
    fireEvent.click(go);
    submit();
    expect(send).not.toHaveBeenCalled();
    settle();
    fireEvent.click(go);
    submit();
    expect(send).toHaveBeenCalledWith(
      { event: "skip", body: { reason: "no need" } },
      expect.objectContaining({ seen: now }),
    );
  });
});

describe("the dialog of a command", () => {
  it("keeps the command that it was opened on", () => {
    const send = vi.fn();
    const of = execution();
    const dialog = (now: Execution) => (
      <EditDialog of={of} now={now} close={() => undefined} bringing={bringing(send)} />
    );
    const { rerender } = render(dialog(of), { wrapper });
    const [command, why] = screen.getAllByRole("textbox") as [HTMLElement, HTMLElement];
    expect((command as HTMLTextAreaElement).value).toBe("run b");
    fireEvent.change(command, { target: { value: "run b --dry-run" } });
    fireEvent.change(why, { target: { value: "first look" } });
    rerender(dialog(execution({ version: 8, cursor: "c" })));
    fireEvent.submit(command);
    expect(send).not.toHaveBeenCalled();
    rerender(dialog(of));
    fireEvent.submit(command);
    expect(send).toHaveBeenCalledTimes(1);
  });

  it("knows another gate, attempt and state of the same step from the same", () => {
    const gate = { id: "gat_1", step: "b", kind: "forward", intentSha256: "sha256:1" };
    const x = (more: object, version = 7) => execution({ version, ...more } as Partial<Execution>);
    const asks = x({ state: "await_approval", gate });
    expect(movedFrom(asks, asks)).toBe("no");
    expect(movedFrom(asks, x({ state: "await_approval", gate }, 8))).toBe("same");
    for (const other of [{ id: "gat_2" }, { intentSha256: "sha256:2" }, { kind: "rollback" }])
      expect(movedFrom(asks, x({ state: "await_approval", gate: { ...gate, ...other } }, 8))).toBe("other");
    expect(movedFrom(asks, x({ state: "executing" }, 8))).toBe("other");
    const tried = x(
      { steps: execution().steps.map((step) => ({ ...step, attempts: [{ id: step.id }] })) },
      8,
    );
    expect(movedFrom(x({}), tried)).toBe("other");
  });
});

describe("an event", () => {
  it("is not brought before the page has settled, nor while it is not live; a pause is", async () => {
    post.mockReturnValue(new Promise(() => undefined));
    queryClient.setQueryData(meQuery.queryKey, { role: "responder", permissions: ["respond"] } as never);
    const { result } = renderHook(() => useBring(execution()), { wrapper });
    act(() => result.current.send({ event: "retry", body: undefined }));
    expect(post).not.toHaveBeenCalled();
    settle();
    act(() => report(post, { since: Date.now() - GRACE_MS, nextTryAt: 0, retry: () => undefined }));
    act(() => result.current.send({ event: "retry", body: undefined }));
    expect(result.current.blocked).toContain("Not live");
    expect(post).not.toHaveBeenCalled();
    act(() => result.current.send({ event: "pause", body: undefined }));
    await act(() => vi.advanceTimersByTimeAsync(1));
    expect(post).toHaveBeenCalledTimes(1);
    act(() => report(post, null));
    act(() => result.current.send({ event: "retry", body: undefined }));
    await act(() => vi.advanceTimersByTimeAsync(1));
    expect(post).toHaveBeenCalledTimes(2);
  });
});

describe("a role", () => {
  const ROUTES = readFileSync("../tests/integration/api/access.py", "utf8");

  it("may bring here what the routes take from it, and nothing else", () => {
    for (const [event, permission] of Object.entries(NEEDS)) {
      expect(ROUTES, event).toContain(`f"POST {E}/${event}": "${permission}",`);
    }
    const viewer = { role: "viewer", permissions: ["read"] } as const;
    const refused = Object.keys(NEEDS).map((event) => mayNotBring(viewer as never, event as "skip"));
    expect(refused).not.toContain(null);
    expect(mayNotBring(viewer as never, "skip")).toBe("Your role, viewer, may not skip steps");
    expect(mayNotBring({ role: "responder", permissions: ["skip"] }, "skip")).toBeNull();
    expect(mayNotBring(undefined, "skip")).not.toBeNull();
  });

  it("that may not sends nothing, by no way", async () => {
    queryClient.setQueryData(meQuery.queryKey, { role: "viewer", permissions: ["read"] } as never);
    const { result } = renderHook(() => useBring(execution()), { wrapper });
    settle();
    act(() => result.current.send({ event: "pause", body: undefined }));
    act(() => result.current.send({ event: "skip", body: { reason: "no" } }));
    await act(() => vi.advanceTimersByTimeAsync(1));
    expect(post).not.toHaveBeenCalled();
    const mayNot = result.current.mayNot("skip");
    expect(mayNot).toContain("viewer");
    const send = vi.fn();
    const asked = { ask: ASKS.skip("Step b"), of: execution() };
    const refusing = { ...bringing(send), mayNot: () => mayNot };
    render(<ReasonDialog asked={asked} now={asked.of} close={() => undefined} bringing={refusing} />);
    fireEvent.change(screen.getByRole("textbox"), { target: { value: "no need" } });
    fireEvent.submit(screen.getByRole("textbox"));
    expect(send).not.toHaveBeenCalled();
  });
});

describe("an older answer", () => {
  it("never takes the page back, whoever brings it", async () => {
    const { queryKey } = executionQuery("exe_1");
    const observer = new QueryObserver(queryClient, { ...executionQuery("exe_1"), enabled: false });
    const stop = observer.subscribe(() => undefined);
    get.mockResolvedValue(answered(execution({ version: 9 })) as never);
    await queryClient.fetchQuery({ ...executionQuery("exe_1"), staleTime: 0 });
    get.mockResolvedValue(answered(execution({ version: 5 })) as never);
    await queryClient.fetchQuery({ ...executionQuery("exe_1"), staleTime: 0 });
    expect(queryClient.getQueryData<Execution>(queryKey)?.version).toBe(9);
    queryClient.setQueryData(queryKey, execution({ version: 8 }));
    expect(queryClient.getQueryData<Execution>(queryKey)?.version).toBe(9);
    queryClient.setQueryData(queryKey, execution({ version: 10 }));
    expect(queryClient.getQueryData<Execution>(queryKey)?.version).toBe(10);
    stop();
  });
});

describe("what is typed for one attempt", () => {
  it("is gone at the next one, though it is the same kind of step", () => {
    const steps = (attempt: string) =>
      execution().steps.map((step) => ({
        ...step,
        manual: "Look.",
        attempts: [{ id: attempt, kind: "manual" }],
      }));
    const x = (attempt: string, version: number) =>
      execution({ state: "await_manual", steps: steps(attempt), version } as unknown as Partial<Execution>);
    const props = {
      bringing: bringing(vi.fn()),
      opened: new Set<string>(),
      onToggle: vi.fn(),
      onAsk: vi.fn(),
      onEdit: vi.fn(),
    };
    const { rerender } = render(<Middle x={x("1", 7)} {...props} />, { wrapper });
    const note = () => screen.getByLabelText(/What you found or did/) as HTMLInputElement;
    fireEvent.change(note(), { target: { value: "all clear" } });
    rerender(<Middle x={x("1", 8)} {...props} />);
    expect(note().value).toBe("all clear");
    rerender(<Middle x={x("2", 9)} {...props} />);
    expect(note().value).toBe("");
  });
});

describe("a value", () => {
  const variable = (name: string, value: string | null) => ({
    name,
    value,
    bound: value !== null,
    secret: false,
    pattern: ".*",
  });
  const filling = (version: number, host: string | null, more: Partial<Execution> = {}) =>
    execution({
      state: "preflight",
      version,
      variables: [variable("host", host)],
      ...more,
    } as Partial<Execution>);
  const bind = { event: "bind", body: { name: "host", value: "mine" } } as const;

  it("goes out again where only the preflight's own look moved the version", async () => {
    post
      .mockResolvedValueOnce(conflict() as never)
      .mockResolvedValueOnce(answered(filling(9, "mine")) as never);
    get.mockResolvedValue(answered(filling(8, null)) as never);
    await expect(bringAnyway(filling(7, null), bind)).resolves.toMatchObject({ version: 9 });
    expect(post.mock.calls[1]?.[1]).toMatchObject({ params: { header: { "if-match": '"8"' } } });
  });

  it("is never put over a colleague's, a tick of theirs or another state", async () => {
    const theirs = [
      filling(8, "theirs"),
      filling(8, null, { state: "await_approval" }),
      filling(8, null, { prerequisites: [{ id: "vpn", text: "On the VPN", ticked: true }] }),
    ];
    for (const now of theirs) {
      post.mockReset();
      queryClient.clear();
      post.mockResolvedValue(conflict() as never);
      get.mockResolvedValue(answered(now) as never);
      await expect(bringAnyway(filling(7, null), bind)).rejects.toBeInstanceOf(Overtaken);
      expect(post).toHaveBeenCalledTimes(1);
    }
  });

  it("of a name that every object has is empty until it is filled in", () => {
    const x = execution({
      state: "preflight",
      variables: [variable("constructor", null)],
    } as Partial<Execution>);
    expect(overtaken(x, {})).toEqual([]);
    expect(toSend(x, {}, new Set())).toEqual([]);
    expect(missing(x, {}, new Set())).toBe("Fill in constructor first");
  });

  it("that a colleague set while it was typed has to be chosen", () => {
    const values = { host: { text: "mine", over: null } };
    expect(overtaken(filling(8, null), values)).toEqual([]);
    expect(overtaken(filling(8, "mine"), values)).toEqual([]);
    expect(overtaken(filling(8, "theirs"), values)).toEqual(["host"]);
    expect(missing(filling(8, "theirs"), values, new Set())).toContain("Choose");
    const chosen = { host: { text: "mine", over: "theirs" } };
    expect(missing(filling(8, "theirs"), chosen, new Set())).toBeNull();
    expect(toSend(filling(8, "theirs"), chosen, new Set())).toEqual([bind]);
    expect(changes(filling(7, "a"), filling(8, "b"))[0]).toMatchObject({ was: "a", now: "b" });
  });
});

describe("the reasons at a gate", () => {
  it("are the step's for its command alone, never for what takes it back", () => {
    expect(reasons({ why: "reads only" }, { kind: "forward", why: null })).toEqual(["Reads only"]);
    expect(reasons({ why: "reads only" }, { kind: "forward", why: "deletes; at once" })).toEqual([
      "Deletes",
      "At once",
    ]);
    expect(reasons({ why: "reads only" }, { kind: "rollback", why: null }).join()).not.toMatch(/reads only/i);
  });
});
