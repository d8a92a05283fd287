/** Whether a pull request may be merged now by this member, and every reason why not. Pure. */
import type { Pull, Review } from "@/review/queries";

export interface Reason {
  /** What the button says; the first one stands on it. */
  short: string;
  text: string;
  hint?: string;
  /** What can be done about it here. */
  action?: "check" | "reload";
}

export interface Asked {
  pull: Pull;
  review: Review | undefined;
  /** The head that this page showed first; a push in between refuses the merge. */
  seenHead: string;
  /** Whether the page is not live: what it shows may be old. */
  lost: boolean;
  permissions: readonly string[];
  role: string;
}

const CHECK = "dd0c/classification";

export function mergeReasons({ pull, review, seenHead, lost, permissions, role }: Asked): Reason[] {
  if (pull.state !== "open") return [{ short: `it is ${pull.state}`, text: `It is ${pull.state}.` }];
  const reasons: Reason[] = [];
  if (lost) reasons.push({ short: "not live", text: "The page is not live: what you see may be old." });
  if (pull.head !== seenHead) {
    reasons.push({
      short: "new commits",
      text: "New commits were pushed since this page showed it.",
      hint: "Look at them, then merge what you saw.",
      action: "reload",
    });
  }
  reasons.push(...reviewReasons(review, seenHead), ...checkReasons(pull));
  const missing = pull.approvals.missing;
  // Why the check fails is said above, and whose word is missing below, each with what to do about it.
  const told = pull.reason?.startsWith(`the check ${CHECK} `) || pull.reason === missing;
  if (pull.mergeable === false && !told) {
    reasons.push({
      short: "it does not fit its base",
      text: `It can't be merged: ${pull.reason ?? "the branch does not fit its base"}.`,
      hint: "Bring the branch up to date and push it again; conflicts are never resolved by themselves.",
    });
  }
  if (missing) {
    reasons.push({
      short: pull.approvals.refused.length > 0 ? "changes are asked for" : "an approval is missing",
      text: `${missing[0]?.toUpperCase()}${missing.slice(1)}.`,
      hint: pull.approvals.hint ?? "",
    });
  }
  if (!permissions.includes("merge")) {
    reasons.push({
      short: "a maintainer merges",
      text: `Your role is ${role}. A maintainer or an owner merges.`,
    });
  } else if (review?.raisesTrust && !permissions.includes("raise_trust")) {
    reasons.push({
      short: "for an owner",
      text: "Only an owner may let this in: what the check says of it is below.",
    });
  }
  return reasons;
}

/** Why no review can be given from here now; the server says the same of who may. */
export function reviewRefusal({
  pull,
  review,
  seenHead,
  lost,
}: Pick<Asked, "pull" | "review" | "seenHead" | "lost">): string | null {
  if (pull.approvals.refusal) return pull.approvals.refusal;
  if (lost) return "The page is not live: what you see may be old";
  if (pull.head !== seenHead) return "New commits were pushed since this page showed it";
  return reviewReasons(review, seenHead)[0]?.text ?? null;
}

/** Nothing is merged that this page has not shown: the review on screen must be the one of that very commit. */
function reviewReasons(review: Review | undefined, seenHead: string): Reason[] {
  if (!review) {
    return [
      {
        short: "the review is not on screen",
        text: "What it changes is not on screen yet.",
        hint: "Read it first, then merge what you read.",
      },
    ];
  }
  if (review.head === seenHead) return [];
  return [
    {
      short: "the review is of another commit",
      text: "The review on screen is of another commit than the one that would be merged.",
      hint: "Look at them, then merge what you saw.",
      action: "reload",
    },
  ];
}

function checkReasons(pull: Pull): Reason[] {
  const check = pull.checks.find((item) => item.name === CHECK);
  if (!check) {
    return [
      {
        short: "not checked yet",
        text: "The check has not run on its newest commit.",
        action: "check",
      },
    ];
  }
  if (check.status !== "fail") return [];
  return [
    {
      short: "the check fails",
      text: `The check fails: ${check.title}.`,
      hint: "Push a fix to the branch; the check runs again by itself.",
    },
  ];
}
