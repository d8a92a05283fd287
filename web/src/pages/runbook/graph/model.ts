/** The steps in service as a graph: what stands in each node, and which edge leads where on what condition. Pure. */
import type { Schemas } from "@/api/client";
import { type RiskWord, shownRisk } from "@/ui/risk";
import { conditionsOf, rawConditions } from "./conditions";

type Step = Schemas["RunbookStep"];

export interface GraphNode {
  id: string;
  /** The number of the step, from 1. */
  order: number;
  title: string;
  risk: RiskWord;
  kind: "Command" | "Question" | "Instruction";
  /** The whole condition, in words. */
  when: string | null;
  /** The numbers of the steps that it waits for. */
  after: number[];
  /** Whether a command undoes it; null where there is nothing to say. */
  back: "Rollback" | "No rollback" | null;
  /** Whether it is the first on its path that nothing takes back. */
  isPoint: boolean;
}

export interface GraphEdge {
  from: string;
  to: string;
  isConditional: boolean;
  /** What must be true of `from`, where the condition says something of it. */
  words: string | null;
}

export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
}

const PART_OF_MORE = "part of the condition";

function kindOf(step: Step): GraphNode["kind"] {
  if (step.command) return "Command";
  return step.answers.length > 0 ? "Question" : "Instruction";
}

function backOf(step: Step): GraphNode["back"] {
  if (step.rollback?.command) return "Rollback";
  return step.rollback?.impossible || step.irreversible ? "No rollback" : null;
}

/** The edges into a step: what it waits for, and what its condition reads beside that. */
function edgesInto(step: Step, when: unknown, known: ReadonlyMap<string, number>): GraphEdge[] {
  const conditions = new Map(conditionsOf(when).map((one) => [one.from, one.words]));
  const from = [...new Set([...step.needs, ...conditions.keys()])];
  return from
    .filter((id) => known.has(id) && id !== step.id)
    .map((id) => {
      const isConditional = conditions.has(id);
      const words = isConditional ? (conditions.get(id) ?? PART_OF_MORE) : null;
      return { from: id, to: step.id, isConditional, words };
    });
}

/** The steps that nothing takes back and before which, on every path, all can still be taken back. */
function pointsOf(steps: readonly Step[], edges: readonly GraphEdge[]): Set<string> {
  const behind = new Set<string>();
  const points = new Set<string>();
  for (const step of steps) {
    const isBehind = edges.some(
      (edge) => edge.to === step.id && (behind.has(edge.from) || points.has(edge.from)),
    );
    if (isBehind) behind.add(step.id);
    else if (step.irreversible) points.add(step.id);
  }
  return points;
}

export function graphOf(steps: readonly Step[], document: unknown): Graph {
  const known = new Map(steps.map((step, index) => [step.id, index + 1]));
  const raw = rawConditions(document);
  const into = steps.map((step) => edgesInto(step, raw.get(step.id), known));
  const edges = into.flat();
  const points = pointsOf(steps, edges);
  const nodes = steps.map((step, index) => ({
    id: step.id,
    order: index + 1,
    title: step.title,
    risk: shownRisk(step),
    kind: kindOf(step),
    when: step.when ?? null,
    after: step.needs.flatMap((id) => known.get(id) ?? []),
    back: backOf(step),
    isPoint: points.has(step.id),
  }));
  return { nodes, edges };
}

/** The first step, in the order of the rail, that nothing takes back. */
export function firstFinal(steps: readonly Pick<Step, "id" | "irreversible">[]): string | null {
  return steps.find((step) => step.irreversible)?.id ?? null;
}
