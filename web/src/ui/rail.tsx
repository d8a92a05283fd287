/** The document as a path: a node a step, branches that leave and come back, the point of no return. */
import { Check, Hand, type LucideIcon, SkipForward, Undo2, X } from "lucide-react";
import type { ReactNode } from "react";
import type { Place } from "./branches";

export type NodeState = "todo" | "now" | "done" | "failed" | "skipped" | "by-hand" | "undone";

const ICONS: Partial<Record<NodeState, LucideIcon>> = {
  done: Check,
  failed: X,
  skipped: SkipForward,
  "by-hand": Hand,
  undone: Undo2,
};

const LOOKS: Partial<Record<NodeState, string>> = {
  now: " node--now",
  done: " node--done",
  failed: " node--failed",
  skipped: " node--skipped",
  "by-hand": " node--done",
  undone: " node--skipped",
};

export function Rail({ className = "", children }: { className?: string; children: ReactNode }) {
  return <ol className={`rail ${className}`}>{children}</ol>;
}

interface StepProps {
  /** The number in the node, where no icon says more. */
  order: number;
  state?: NodeState;
  place?: Place;
  /** The branch was not taken: drawn dashed. */
  notTaken?: boolean;
  className?: string;
  children: ReactNode;
}

export function RailStep({
  order,
  state = "todo",
  place,
  notTaken = false,
  className = "",
  children,
}: StepProps) {
  const branch = place?.branch != null;
  const Icon = ICONS[state];
  const classes = [
    branch ? "branch" : "",
    place?.follows ? "branch--follows" : "",
    branch && notTaken ? "branch--not-taken" : "",
    className,
  ];
  return (
    <li className={classes.filter(Boolean).join(" ") || undefined}>
      <span className={`node${LOOKS[state] ?? ""}`} aria-hidden="true">
        {Icon ? <Icon className="icon" aria-hidden /> : order}
      </span>
      {branch ? <span className={place?.rejoins ? "back" : "down"} aria-hidden="true" /> : null}
      {children}
    </li>
  );
}

/** Behind this line nothing can be taken back. In a rail (`li`), or across a card (`div`). */
export function PointOfNoReturn({ as: Tag = "div" }: { as?: "li" | "div" }) {
  return <Tag className="ponr">Point of no return</Tag>;
}
