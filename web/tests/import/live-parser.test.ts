// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "@/api/problem";
import { LiveParser, PAUSE_MS, Refused, retryPauseMs } from "@/pages/import/live-parser";

interface Call {
  request: string;
  signal: AbortSignal;
  resolve: (answer: string) => void;
  reject: (error: unknown) => void;
}

function watched() {
  const calls: Call[] = [];
  const parser = new LiveParser<string, string>(
    (request, signal) =>
      new Promise((resolve, reject) => {
        calls.push({ request, signal, resolve, reject });
      }),
  );
  const call = (at: number): Call => {
    const found = calls[at];
    if (!found) throw new Error(`no call ${at}`);
    return found;
  };
  return { parser, calls, call };
}

const soon = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the live parser", () => {
  it("asks once a pause, about the newest text", async () => {
    const { parser, calls, call } = watched();
    parser.later("a");
    await vi.advanceTimersByTimeAsync(PAUSE_MS - 1);
    parser.later("ab");
    await vi.advanceTimersByTimeAsync(PAUSE_MS - 1);
    expect(calls).toHaveLength(0);
    expect(parser.snapshot().phase).toBe("typing");
    await vi.advanceTimersByTimeAsync(1);
    expect(call(0).request).toBe("ab");
    call(0).resolve("AB");
    await soon();
    expect(parser.snapshot()).toMatchObject({
      phase: "settled",
      answer: "AB",
      answered: "ab",
      problem: null,
    });
  });

  it("shows an early answer until the better one comes, and drops a stale one", async () => {
    const early: ((answer: string) => void)[] = [];
    const better: ((answer: string) => void)[] = [];
    const parser = new LiveParser<string, string>((_, __, first) => {
      early.push(first);
      return new Promise((resolve) => better.push(resolve));
    });
    parser.now("old");
    early[0]?.("one key");
    expect(parser.snapshot()).toMatchObject({ phase: "asking", answer: "one key", answered: "old" });
    better[0]?.("two keys");
    await soon();
    expect(parser.snapshot()).toMatchObject({ phase: "settled", answer: "two keys" });
    parser.now("new");
    early[0]?.("of the old one");
    expect(parser.snapshot().answer).toBe("two keys");
  });

  it("drops a stale answer and aborts its request", async () => {
    const { parser, call } = watched();
    parser.now("old");
    parser.later("new");
    expect(call(0).signal.aborted).toBe(true);
    call(0).resolve("OLD");
    await soon();
    expect(parser.snapshot().answer).toBeNull();
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    call(1).resolve("NEW");
    await soon();
    expect(parser.snapshot().answer).toBe("NEW");
  });

  it("does not take the end of an aborted request for a failure", async () => {
    const { parser, call } = watched();
    parser.now("old");
    parser.now("new");
    call(0).reject(new DOMException("aborted", "AbortError"));
    await soon();
    expect(parser.snapshot()).toMatchObject({ phase: "asking", problem: null });
  });
});

describe("the live parser that gets no answer", () => {
  it("keeps the last answer under a refusal, and does not repeat what was refused", async () => {
    const { parser, calls, call } = watched();
    parser.now("good");
    call(0).resolve("GOOD");
    await soon();
    parser.now("bad");
    call(1).reject(new Problem(422, { detail: "No command.", places: [{ line: 3, message: "here" }] }));
    await soon();
    expect(parser.snapshot()).toMatchObject({ phase: "settled", answer: "GOOD", answered: "good" });
    expect(parser.snapshot().problem?.places).toEqual([{ line: 3, message: "here" }]);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(calls).toHaveLength(2);
  });

  it("asks again by itself while nothing answers, and stops for a new text", async () => {
    const { parser, calls, call } = watched();
    parser.now("text");
    call(0).reject(Problem.unreachable());
    await vi.advanceTimersByTimeAsync(1_000);
    expect(calls).toHaveLength(2);
    call(1).reject(Problem.unreachable());
    await vi.advanceTimersByTimeAsync(1_999);
    expect(calls).toHaveLength(2);
    parser.now("other");
    expect(call(2).request).toBe("other");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(calls).toHaveLength(3);
  });

  it("comes back when the server says so", () => {
    const limited = new Refused(new Problem(429, { detail: "At most 60 calls a minute." }), 7);
    expect(retryPauseMs(limited, 0)).toBe(7_000);
    expect(retryPauseMs(new Problem(429, {}), 2)).toBe(4_000);
    expect(retryPauseMs(new Problem(413, {}), 0)).toBeNull();
    expect(retryPauseMs(Problem.unreachable(), 30)).toBe(10_000);
  });

  it("shows nothing of before when it is cleared", async () => {
    const { parser, call } = watched();
    parser.now("a");
    call(0).resolve("A");
    await soon();
    parser.clear();
    expect(parser.snapshot()).toMatchObject({ phase: "idle", answer: null, answered: null });
  });
});
