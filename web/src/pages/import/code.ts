/** Code of the text that is in no step: what reads like a command first, and the question about all of it. Pure. */
import type { Answered, CodePiece, Preview, Question } from "./answer";

/** Whether a question is about code in no step: it is shown with that code, and not with a step. */
export function asksIfTyped(question: Question): boolean {
  return question.options.some((option) => option.id === "not-typed");
}

export interface CodeInNoStep {
  /** What reads like a command: what is asked about and open first, each kind in the order of the text. */
  reads: CodePiece[];
  others: CodePiece[];
  /** Pieces of which nobody has said yet whether they are typed. */
  open: CodePiece[];
  /** The question about all of them, open or answered. */
  question: Question | Answered | null;
}

export function codeInNoStep(preview: Preview): CodeInNoStep {
  const pieces = preview.codeLeftOut;
  const isListed = (item: CodePiece) => item.readsLikeCommand || item.said !== undefined;
  const about = (all: readonly (Question | Answered)[]) =>
    all.find((item) => asksIfTyped(item) && item.id.startsWith("q-")) ?? null;
  return {
    reads: [...pieces.filter(isListed)].sort((a, b) => rank(a) - rank(b)),
    others: pieces.filter((item) => !isListed(item)),
    open: pieces.filter((item) => item.asked && !item.said),
    question: about(preview.ambiguities) ?? about(preview.answered),
  };
}

function rank(item: CodePiece): number {
  if (item.asked && !item.said) return 0;
  return item.said ? 1 : 2;
}

/** `2 pieces read like commands, 11 do not`. */
export function codeText({ reads, others }: CodeInNoStep): string {
  const left = reads.filter((item) => item.said !== "typed").length;
  const like = `${left} ${left === 1 ? "piece reads like a command" : "pieces read like commands"}`;
  return others.length > 0 ? `${like}, ${others.length} ${others.length === 1 ? "does" : "do"} not` : like;
}
