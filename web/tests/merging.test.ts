import { describe, expect, it } from "vitest";
import { type Asked, mergeReasons, reviewRefusal } from "@/pages/pull/merge-reasons";
import type { Pull, Review } from "@/review/queries";

describe("merging", () => {
  const pull = {
    number: 7,
    state: "open",
    head: "a".repeat(40),
    base: "main",
    mergeable: true,
    checks: [{ name: "dd0c/classification", status: "pass", title: "fine", summary: "" }],
    approvals: { asks: "nothing", approved: [], refused: [] },
  } as unknown as Pull;
  const asked = (more: Partial<Asked> = {}): Asked => ({
    pull,
    review: { head: pull.head } as Review,
    seenHead: pull.head,
    lost: false,
    permissions: ["merge", "raise_trust"],
    role: "owner",
    ...more,
  });

  it("is possible for who may, of what was seen", () => {
    expect(mergeReasons(asked())).toEqual([]);
  });

  it("says every reason why not", () => {
    const texts = (more: Partial<Asked>) => mergeReasons(asked(more)).map((reason) => reason.short);
    expect(texts({ seenHead: "b".repeat(40), review: { head: "b".repeat(40) } as Review })).toEqual([
      "new commits",
    ]);
    expect(texts({ review: undefined })).toEqual(["the review is not on screen"]);
    expect(texts({ review: { head: "b".repeat(40) } as Review })).toEqual([
      "the review is of another commit",
    ]);
    expect(texts({ lost: true })).toEqual(["not live"]);
    expect(texts({ permissions: [], role: "author" })).toEqual(["a maintainer merges"]);
    expect(
      texts({ permissions: ["merge"], review: { head: pull.head, raisesTrust: true } as Review }),
    ).toEqual(["for an owner"]);
    expect(texts({ pull: { ...pull, checks: [] } })).toEqual(["not checked yet"]);
    const failing = { ...pull, checks: [{ ...pull.checks[0], status: "fail" }] } as Pull;
    expect(texts({ pull: failing })).toEqual(["the check fails"]);
    const told = { mergeable: false, reason: "the check dd0c/classification fails: 1 error" };
    expect(texts({ pull: { ...failing, ...told } })).toEqual(["the check fails"]);
    expect(texts({ pull: { ...pull, mergeable: false, reason: "a conflict in x" } })).toEqual([
      "it does not fit its base",
    ]);
    expect(texts({ pull: { ...pull, state: "merged" } })).toEqual(["it is merged"]);
    const missing = "somebody else has to approve this very commit";
    const waits = { ...pull, mergeable: false, reason: missing, approvals: { ...pull.approvals, missing } };
    expect(texts({ pull: waits })).toEqual(["an approval is missing"]);
    const refused = [{ actor: "member:mem_1" }];
    expect(texts({ pull: { ...waits, approvals: { ...waits.approvals, refused } } })).toEqual([
      "changes are asked for",
    ]);
  });

  it("is reviewed by whom the server lets, and only as it is on screen", () => {
    const refused = (more: Partial<Asked>) => reviewRefusal(asked(more)) ?? "may";
    expect(refused({})).toBe("may");
    expect(refused({ lost: true })).toContain("not live");
    expect(refused({ seenHead: "b".repeat(40) })).toContain("New commits");
    expect(refused({ review: undefined })).toContain("not on screen");
    const own = { ...pull, approvals: { ...pull.approvals, refusal: "you proposed it" } };
    expect(refused({ pull: own })).toBe("you proposed it");
  });
});
