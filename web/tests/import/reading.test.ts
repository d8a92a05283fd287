import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Preview, PreviewRequest } from "@/pages/import/answer";
import { askPreview, READ_PAUSE_MS } from "@/pages/import/ask";
import { ImportSession } from "@/pages/import/session";
import payments from "./payments.json";

const answer = payments.answer as unknown as Preview;
const REQUEST: PreviewRequest = { text: "df -h", answers: {}, overrides: {}, taken: [] };

function read(missing: string | undefined, taken: string[] = []): Preview {
  const differences = taken.map((id) => ({
    id, kind: "command", rules: "no step", model: "df -h", canTake: true, taken: true,
  })); // biome-ignore format: one line a field is no better
  return { ...answer, reading: { by: "m", read: !missing, said: "", missing, differences } } as Preview;
}

const { post } = vi.hoisted(() => ({ post: vi.fn() }));
vi.mock("@/api/client", () => ({ api: { POST: post } }));

/** A server that answers so, in turn; what it was asked. */
function server(...answers: Preview[]) {
  const asked: { advice: string; reading: string }[] = [];
  post.mockImplementation(async (_path: string, { body }: { body: { advice: string; reading: string } }) => {
    asked.push(body);
    return { data: answers[Math.min(asked.length, answers.length) - 1], response: new Response() };
  });
  return asked;
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  post.mockReset();
});

describe("a model that reads", () => {
  it("is asked once nothing is typed for a while", async () => {
    const asked = server(read("pending"), read(undefined));
    const early: Preview[] = [];
    const whole = askPreview(REQUEST, new AbortController().signal, (one) => early.push(one));
    await vi.advanceTimersByTimeAsync(READ_PAUSE_MS - 10);
    expect(early).toHaveLength(1);
    expect(asked.map(({ advice, reading }) => [advice, reading])).toEqual([["now", "kept"]]);
    await vi.advanceTimersByTimeAsync(10);
    expect((await whole).reading?.read).toBe(true);
    expect(asked[1]).toMatchObject({ advice: "wait", reading: "wait" });
  });

  it("is not asked about a text that was changed meanwhile", async () => {
    const asked = server(read("pending"));
    const typing = new AbortController();
    const whole = askPreview(REQUEST, typing.signal, () => undefined);
    const given = expect(whole).rejects.toThrow();
    await vi.advanceTimersByTimeAsync(READ_PAUSE_MS / 2);
    typing.abort();
    await vi.advanceTimersByTimeAsync(READ_PAUSE_MS);
    await given;
    expect(asked).toHaveLength(1);
  });

  it("is not waited for where it is not asked for this person", async () => {
    const asked = server(read("not_asked"));
    await askPreview(REQUEST, new AbortController().signal, () => undefined);
    expect(asked.filter(({ reading }) => reading === "wait")).toHaveLength(
      answer.steps.some((step) => step.keys?.noAdvice === "pending") ? 1 : 0,
    );
  });

  it("is proposed only as far as the preview shows it", async () => {
    const asked: PreviewRequest[] = [];
    const session = new ImportSession(async (request) => {
      asked.push(request);
      return read(undefined, request.taken.slice(0, 1));
    });
    session.replaced({ text: "text", format: undefined }, "text");
    session.take("a", true);
    session.take("b", true);
    await vi.advanceTimersByTimeAsync(0);
    expect(asked.at(-1)?.taken).toEqual(["a", "b"]);
    expect(session.proposal()?.taken).toEqual(["a"]);
    session.take("a", false);
    await vi.advanceTimersByTimeAsync(0);
    expect(asked.at(-1)?.taken).toEqual(["b"]);
  });
});
