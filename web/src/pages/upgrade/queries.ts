/** What a newer scanner found otherwise. */
import { queryOptions } from "@tanstack/react-query";
import { api, type Schemas, take } from "@/api/client";
import { usePages } from "@/api/pages";

export type Move = Schemas["MoveShape"];

/** Counts alone, for who only wants to know whether something waits. */
export const upgradeQuery = queryOptions({
  queryKey: ["reclassifications", "counts"],
  refetchInterval: 15_000,
  queryFn: () => take(api.GET("/api/v1/reclassifications", { params: { query: { limit: 1 } } })),
});

export const useMoves = () =>
  usePages(["reclassifications", "moves"], (cursor) =>
    take(api.GET("/api/v1/reclassifications", { params: { query: { limit: 100, ...cursor } } })),
  );

export interface Group {
  key: string;
  title: string;
  /** The runbook's id, where the group is one. */
  runbook?: string;
  moves: Move[];
}

/** By runbook, or by the rule of the scanner that decides now; those with most that waits first. Pure. */
export function groupsOf(moves: readonly Move[], by: "runbook" | "rule"): Group[] {
  const found = new Map<string, Group>();
  for (const move of moves) {
    const rule = move.after?.ruleIds?.[0] ?? move.before.ruleIds?.[0] ?? "no rule";
    const key = by === "rule" ? rule : move.runbook.id;
    const group = found.get(key) ?? {
      key,
      title: by === "rule" ? rule : move.runbook.title,
      ...(by === "rule" ? {} : { runbook: move.runbook.id }),
      moves: [],
    };
    group.moves.push(move);
    found.set(key, group);
  }
  return [...found.values()].sort((a, b) => waitingOf(b).length - waitingOf(a).length);
}

export function waitingOf(group: Group): Move[] {
  return group.moves.filter((move) => move.state === "waiting");
}
