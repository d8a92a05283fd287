/** Status icons: neutral, never a risk colour. The word always stands beside the icon. */
import {
  Circle,
  CircleAlert,
  CircleCheck,
  CircleQuestionMark,
  Hand,
  Hourglass,
  LoaderCircle,
  type LucideIcon,
  OctagonPause,
  Pause,
  SkipForward,
  Square,
  Undo2,
  X,
} from "lucide-react";
import type { ReactNode } from "react";

export type StatusKind =
  | "todo"
  | "running"
  | "waits"
  | "done"
  | "failed"
  | "stopped"
  | "skipped"
  | "by-hand"
  | "undone"
  | "paused"
  | "panic"
  | "unknown"
  | "attention";

const ICONS: Record<StatusKind, LucideIcon> = {
  todo: Circle,
  running: LoaderCircle,
  waits: Hourglass,
  done: CircleCheck,
  failed: X,
  stopped: Square,
  skipped: SkipForward,
  "by-hand": Hand,
  undone: Undo2,
  paused: Pause,
  panic: OctagonPause,
  unknown: CircleQuestionMark,
  attention: CircleAlert,
};

export function StatusIcon({ kind }: { kind: StatusKind }) {
  const Icon = ICONS[kind];
  return <Icon className={`icon${kind === "running" ? " spin" : ""}`} aria-hidden />;
}

/** Icon and word. */
export function Status({ kind, children }: { kind: StatusKind; children: ReactNode }) {
  return (
    <span className="status">
      <StatusIcon kind={kind} />
      {children}
    </span>
  );
}

/** Beside an execution that undoes an earlier one: it is told apart wherever runs are listed. */
export function RollbackTag() {
  return (
    <span className="tag rollback-tag">
      <Undo2 className="icon icon--s" aria-hidden />
      Rollback
    </span>
  );
}
