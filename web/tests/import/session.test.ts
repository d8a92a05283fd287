// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Preview, PreviewRequest } from "@/pages/import/answer";
import { hasOpenDraft, takeDraft, withoutSecrets } from "@/pages/import/draft";
import { PAUSE_MS } from "@/pages/import/live-parser";
import { ImportSession } from "@/pages/import/session";
import payments from "./payments.json";

const PASSWORD = payments.answer.masked[0]?.now ?? "";
const answer = payments.answer as unknown as Preview;
const SECRET = "hunter2-Zq9!xx";

function started(reply: (request: PreviewRequest) => Preview = () => answer) {
  const asked: PreviewRequest[] = [];
  const session = new ImportSession(async (request) => {
    asked.push(request);
    return reply(request);
  });
  return { session, asked };
}

const soon = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  sessionStorage.clear();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("an import", () => {
  it("asks at once for a paste and after a pause for typing", async () => {
    const { session, asked } = started();
    session.replaced({ text: payments.sent, format: undefined }, payments.sent);
    await soon();
    session.typed(`${payments.sent}x`, false);
    await soon();
    expect(asked.map((request) => request.text)).toEqual([payments.sent]);
    expect(session.proposal()).toBeNull();
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    expect(asked).toHaveLength(2);
    expect(session.proposal()).toEqual(asked[1]);
  });

  it("sends answers and corrections with every question after", async () => {
    const { session, asked } = started();
    session.replaced({ text: "text", format: undefined }, "text");
    session.answer("q1", { option: "a" });
    session.correct({ title: "Mine" });
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    expect(asked.at(-1)).toMatchObject({ answers: { q1: { option: "a" } }, overrides: { title: "Mine" } });
    session.answer("q1", null);
    await soon();
    expect(asked.at(-1)?.answers).toEqual({});
  });

  it("forgets answers and corrections with the text that they were about", async () => {
    const { session, asked } = started();
    session.replaced({ text: "one", format: undefined }, "one");
    session.correct({ title: "Mine" });
    session.replaced({ text: "two", format: "markdown" }, "two");
    await soon();
    expect(asked.at(-1)).toEqual({ text: "two", format: "markdown", answers: {}, overrides: {}, taken: [] });
  });

  it("sends a pasted page as HTML until it is edited, then the text as Markdown", async () => {
    const { session, asked } = started();
    session.replaced({ text: "<ol><li>go</li></ol>", format: "html" }, "go");
    await soon();
    expect(asked.at(-1)).toMatchObject({ text: "<ol><li>go</li></ol>", format: "html" });
    session.shownFromHtml(answer.sourceText);
    session.answer("q1", { value: "x" });
    await soon();
    expect(asked.at(-1)?.format).toBe("html");
    session.typed("1. go now", true);
    await soon();
    expect(asked.at(-1)).toMatchObject({ text: "1. go now", format: "markdown" });
  });

  it("refuses what is too large before it is sent", async () => {
    const { session, asked } = started();
    session.typed("é".repeat(600_000), true);
    await soon();
    expect(asked).toHaveLength(0);
    expect(session.snapshot().refusal).toContain("at most 1 MiB");
  });

  it("brings back what was discarded", async () => {
    const { session, asked } = started();
    session.replaced({ text: "one", format: undefined }, "one");
    session.answer("q1", { option: "a" });
    session.discard();
    expect(session.snapshot()).toMatchObject({ isEmpty: true, canBringBack: true });
    expect(session.bringBack()).toBe("one");
    await soon();
    expect(asked.at(-1)).toMatchObject({ text: "one", answers: { q1: { option: "a" } } });
  });
});

describe("the draft", () => {
  it("holds the text with its secrets replaced, and nothing that was not read", async () => {
    const { session } = started();
    session.owner = "mem_1";
    session.replaced({ text: payments.sent, format: undefined }, payments.sent);
    await soon();
    session.typed(`${payments.sent}\nTOKEN=${SECRET}`, false);
    const stored = JSON.stringify({ ...sessionStorage });
    expect(stored).not.toContain(SECRET);
    expect(stored).toContain(`PGPASSWORD=${PASSWORD} psql`);
    expect(takeDraft("mem_1")).toMatchObject({ secrets: 1, owner: "mem_1" });
  });

  it("keeps the options that were chosen, and nothing that was written", async () => {
    const { session, asked } = started();
    session.replaced({ text: payments.sent, format: undefined }, payments.sent);
    session.answer("q1", { option: "a" });
    session.answer("q2", { value: `deploy --key ${SECRET}1` });
    session.correct({ title: `${SECRET}2`, service: `${SECRET}3` });
    session.change("host", { value: `${SECRET}4` });
    await soon();
    expect(JSON.stringify(asked.at(-1))).toContain(`${SECRET}4`);
    expect(JSON.stringify({ ...sessionStorage })).not.toContain(SECRET);
    const draft = takeDraft(null);
    expect(draft?.answers).toEqual({ q1: { option: "a" } });
    const after = started();
    if (draft) after.session.restored(draft);
    await soon();
    expect(after.asked.at(-1)).toMatchObject({ answers: { q1: { option: "a" } }, overrides: {} });
  });

  it("keeps its length in characters that take two units", () => {
    expect(withoutSecrets(answer)).toBe(payments.sent.replace(SECRET, PASSWORD));
  });

  it("is nobody else's", async () => {
    const { session } = started();
    session.owner = "mem_1";
    session.replaced({ text: "text", format: undefined }, "text");
    await soon();
    expect(hasOpenDraft()).toBe(false);
    expect(takeDraft(null)).toBeNull();
    expect(takeDraft("mem_1")).toBeNull();
  });

  it("that was made signed out waits for whoever signs in", async () => {
    const { session } = started();
    session.replaced({ text: "text", format: undefined }, "text");
    await soon();
    expect(hasOpenDraft()).toBe(true);
    expect(takeDraft("mem_2")?.owner).toBeNull();
  });

  it("ends with the pull request, and with the text", async () => {
    const { session } = started();
    session.replaced({ text: "text", format: undefined }, "text");
    await soon();
    session.done();
    expect(sessionStorage).toHaveLength(0);
    session.typed("again", true);
    await soon();
    session.discard();
    expect(sessionStorage).toHaveLength(0);
  });
});
