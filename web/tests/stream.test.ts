// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { EventStream, pauseMs, type StreamEvent, type StreamState } from "@/api/stream";

const text = (body: string, status = 200) =>
  new Response(body, { status, headers: { "Content-Type": "text/event-stream" } });

let answers: (() => Response | Promise<Response>)[] = [];
const asked: Headers[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  asked.length = 0;
  vi.stubGlobal("fetch", async (_url: string, init: RequestInit) => {
    asked.push(new Headers(init.headers));
    const next = answers.shift();
    if (!next) return new Promise(() => undefined);
    return next();
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function follow(after = "") {
  const events: StreamEvent[] = [];
  const states: StreamState[] = [];
  const stream = new EventStream("/events", {
    after,
    onEvent: (event) => events.push(event),
    onState: (state) => states.push(state),
  });
  stream.start();
  return { events, states, stream, kinds: () => states.map((state) => state.kind) };
}

describe("a stream", () => {
  it("is opened again behind the last event that came", async () => {
    answers = [() => text("id: 4\nevent: Approve\ndata: {}\n\n: ping\n\n"), () => text("id: 5\ndata: x\n\n")];
    const { events, stream, kinds } = follow("3");
    await vi.advanceTimersByTimeAsync(2_000);
    stream.stop();
    expect(asked.slice(0, 2).map((headers) => headers.get("Last-Event-ID"))).toEqual(["3", "4"]);
    expect(events.map((event) => [event.id, event.event])).toEqual([
      ["4", "Approve"],
      ["5", "message"],
    ]);
    expect(kinds()).not.toContain("lost");
  });

  it("says that it is lost, since when, and tries again with growing pauses", async () => {
    const down = () => Promise.reject(new TypeError("Failed to fetch"));
    answers = [down, down, () => text("")];
    const { states, stream, kinds } = follow();
    await vi.advanceTimersByTimeAsync(400);
    const first = states.find((state) => state.kind === "lost");
    await vi.advanceTimersByTimeAsync(1_200);
    const last = states.findLast((state) => state.kind === "lost");
    stream.stop();
    expect(first && last && first.since).toBe(last?.since);
    expect(kinds().at(-1)).toBe("live");
    expect([1, 2, 3, 9].map(pauseMs)).toEqual([500, 1_000, 2_000, 10_000]);
  });

  it("is not asked for again where the server refused for good", async () => {
    answers = [() => text('{"detail": "There is none."}', 404)];
    const { states, kinds } = follow();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(kinds()).toEqual(["connecting", "refused"]);
    expect(states.at(-1)).toMatchObject({ problem: { status: 404, message: "There is none." } });
    expect(asked).toHaveLength(1);
  });

  it("does not answer after it was stopped", async () => {
    answers = [() => text("id: 1\ndata: x\n\n")];
    const { events, stream } = follow();
    stream.stop();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(events).toEqual([]);
    expect(asked).toHaveLength(1);
  });
});
