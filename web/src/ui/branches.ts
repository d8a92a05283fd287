/** Where the path of steps branches: drawn beside the rail, from what the document says. */

export interface Placed {
  id: string;
  needs?: readonly string[] | null;
  /** Whether it runs only under a condition. */
  conditional?: boolean | null;
}

export interface Place {
  /** The step that begins the branch that this one is in; null on the main line. */
  branch: string | null;
  /** Whether the step before it on the rail is in the same branch, and so leads to it. */
  follows: boolean;
  /** Whether the branch comes back to the main line behind it. */
  rejoins: boolean;
}

/**
 * A step with a condition begins a branch. A step that only follows steps of one branch is in it, because it
 * is skipped with them; one that joins several is on the main line again.
 */
export function places(steps: readonly Placed[]): Place[] {
  const branchOf = new Map<string, string | null>();
  steps.forEach((step, index) => {
    const before = steps[index - 1];
    const needs = step.needs ?? (before ? [before.id] : []);
    const roots = new Set(needs.map((id) => branchOf.get(id) ?? null));
    const [only] = roots;
    const inherited = roots.size === 1 && only ? only : null;
    branchOf.set(step.id, step.conditional ? step.id : inherited);
  });
  return steps.map((step, index) => {
    const branch = branchOf.get(step.id) ?? null;
    const at = (place: number) => branchOf.get(steps[place]?.id ?? "") ?? null;
    return {
      branch,
      follows: branch !== null && index > 0 && at(index - 1) === branch,
      rejoins: branch !== null && at(index + 1) !== branch,
    };
  });
}
