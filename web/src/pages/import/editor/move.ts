/** A step changes places with the one beside it in the source, so that steps are put in order by keyboard. Pure. */

/** Lines of the text from 0, both included. */
export interface Lines {
  first: number;
  last: number;
}

/** What stands from one position to another instead, and where the moved step begins then. */
export interface Move {
  from: number;
  to: number;
  insert: string;
  at: number;
}

const FENCE = /^\s*(`{3,}(?=[^`]*$)|~{3,})(.*)$/;
const NUMBER = /^(\s*)(\d{1,4})(?=[.)]\s)/;

/**
 * How the step at `at` and the next one (`by` 1) or the one before (-1) change places; empty lines between the two stay.
 * Null where there is none, and where they are parts of one line, or one of them of a block of code that it shares, or
 * where a text that is no step stands between: “Only on prod:” is about the step below it.
 */
export function moved(text: string, steps: readonly (Lines | null)[], at: number, by: 1 | -1): Move | null {
  const [one, other] = by === 1 ? [at, at + 1] : [at - 1, at];
  const [upper, lower] = [steps[one], steps[other]];
  if (!upper || !lower || lower.first <= upper.last) return null;
  const lines = text.split("\n");
  const fences = fencesOf(lines);
  const shares = (index: number, own: Lines) =>
    steps.some((step, place) => {
      const fence = fences[own.last] ?? -1;
      return step && place !== index && fence >= 0 && [fences[step.first], fences[step.last]].includes(fence);
    });
  const areInOne = (fences[upper.last] ?? -1) >= 0 && fences[upper.last] === fences[lower.first];
  if (!areInOne && (shares(one, upper) || shares(other, lower))) return null;
  const rest = steps.slice(other + 1).find((step) => step)?.first ?? lines.length;
  const above = areInOne ? upper : whole(lines, fences, upper, lower.first);
  const below = areInOne ? lower : whole(lines, fences, lower, Math.max(rest, lower.last + 1));
  if (below.first <= above.last) return null;
  if (lines.slice(above.last + 1, below.first).some((line) => line.trim() !== "")) return null;
  return swapped(lines, above, below, by);
}

function swapped(lines: readonly string[], above: Lines, below: Lines, by: 1 | -1): Move {
  const part = ({ first, last }: Lines) => lines.slice(first, last + 1);
  const [up, down] = renumbered(part(above), part(below));
  const between = lines.slice(above.last + 1, below.first);
  const insert = [...down, ...between, ...up].join("\n");
  const from = lengthOf(lines.slice(0, above.first));
  const first = lengthOf([...down, ...between]);
  const to = lengthOf(lines.slice(0, below.last + 1)) - 1;
  return { from, to, insert, at: by === 1 ? from + first : from };
}

/** Of the lines, each with its line break. */
function lengthOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 1, 0);
}

/** Which block of code each line is in, its fences included; -1 for none. */
function fencesOf(lines: readonly string[]): number[] {
  let open = "";
  let block = -1;
  return lines.map((line) => {
    const [, fence = "", behind = ""] = FENCE.exec(line) ?? [];
    if (open === "" && fence === "") return -1;
    if (open === "") {
      open = fence;
      block += 1;
    } else if (fence.startsWith(open) && behind.trim() === "") open = "";
    return block;
  });
}

/** A step with the fences around its command, and with what is indented below it; not beyond `end`. */
function whole(lines: readonly string[], fences: readonly number[], step: Lines, end: number): Lines {
  let { first, last } = step;
  const sameBlock = (one: number, two: number) => (fences[one] ?? -1) >= 0 && fences[one] === fences[two];
  while (first > 0 && sameBlock(first, first - 1)) first -= 1;
  const indent = indentOf(lines[first] ?? "");
  for (let next = step.last + 1; next < end; next += 1) {
    const line = lines[next] ?? "";
    if (line.trim() === "") continue;
    if (!sameBlock(step.last, next) && indentOf(line) <= indent) break;
    last = next;
  }
  return { first, last };
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** Numbers of a list stay in their order. */
function renumbered(above: string[], below: string[]): [string[], string[]] {
  const [upper, lower] = [NUMBER.exec(above[0] ?? ""), NUMBER.exec(below[0] ?? "")];
  if (!upper || !lower || upper[1] !== lower[1]) return [above, below];
  const withNumber = ([head = "", ...rest]: string[], number: string) => [
    head.replace(NUMBER, `$1${number}`),
    ...rest,
  ];
  return [withNumber(above, lower[2] ?? ""), withNumber(below, upper[2] ?? "")];
}
