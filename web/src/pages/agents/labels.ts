/** Labels as people write them: `role=db-agent, env=prod`. */

export interface Read {
  labels: Record<string, string>;
  /** What could not be read, or null. */
  problem: string | null;
}

// As the controller reads them (controller/link/enroll.py).
const KEY = /^[a-z0-9]([a-z0-9._/-]{0,61}[a-z0-9])?$/;
const VALUE = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

/** Pairs parted by commas or blanks; the first one that can't be read is named. */
export function readLabels(text: string): Read {
  const labels: Record<string, string> = {};
  for (const part of text.split(/[\s,]+/).filter(Boolean)) {
    const at = part.indexOf("=");
    const key = at < 0 ? part : part.slice(0, at);
    const value = at < 0 ? "" : part.slice(at + 1);
    if (!KEY.test(key) || !VALUE.test(value)) {
      return { labels, problem: `“${part}” is not a label: write key=value, like role=db-agent` };
    }
    labels[key] = value;
  }
  return { labels, problem: null };
}

export function showLabels(labels: Record<string, string>): string[] {
  return Object.entries(labels).map(([key, value]) => `${key}=${value}`);
}
