/** Whether a gate takes a click: the typed name, the right to approve, and a moment to have read it. */
import type { Schemas } from "@/api/client";
import type { Gate } from "./steps";

export interface Typed {
  armed: boolean;
  /** What stands under the field. */
  text: string;
  wrong: boolean;
}

/** Compare what was typed with what must be, character by character. */
export function typed(wanted: string, text: string): Typed {
  if (text === wanted) {
    return { armed: true, text: "Matches. Press Enter or the button. It runs once.", wrong: false };
  }
  const want = Array.from(wanted);
  const have = Array.from(text);
  if (have.every((point, index) => point === want[index])) {
    const left = want.length - have.length;
    return { armed: false, text: `${left} ${left === 1 ? "character" : "characters"} to go`, wrong: false };
  }
  return { armed: false, text: "That is not the name above", wrong: true };
}

type Me = Pick<Schemas["Me"], "id" | "role" | "permissions">;
type Permission = Me["permissions"][number];

/** A permission that a role and those which include it have, and no other. */
const PROOF: Record<string, Permission> = {
  viewer: "read",
  responder: "respond",
  approver: "approve_dangerous",
  author: "propose",
  maintainer: "merge",
  owner: "members",
};

/** Why this member may not approve this gate; null where they may. The controller decides again. */
export function mayNotApprove(me: Me | undefined, gate: Gate): string | null {
  if (!me) return "Who you are is not known yet";
  const needed: Permission = gate.risk === "dangerous" ? "approve_dangerous" : "approve_caution";
  const proof = PROOF[gate.leastRole];
  if (!me.permissions.includes(needed) || (proof && !me.permissions.includes(proof)))
    return `It takes the role ${gate.leastRole}; yours is ${me.role}`;
  if (gate.barred?.includes(me.id)) return "Four eyes: somebody else must approve what you asked for";
  if (gate.approvals?.some((one) => one.member === me.id))
    return "You have approved it; another person must, too";
  return null;
}
