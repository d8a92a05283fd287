/** Files that never became a runbook in service: where, and why. */
import { CircleX } from "lucide-react";
import { visible, visibleCode } from "@/ui/visible";
import type { Item, Sync } from "./filter";

interface Broken {
  repository: string;
  path: string;
  line: number | null;
  reason: string;
}

/** The broken files that no runbook of the list stands for. Pure. */
export function unlisted(sync: Sync | undefined, known: readonly Item[]): Broken[] {
  const listed = new Set(known.map((item) => `${item.repository.id} ${item.path}`));
  return (sync?.items ?? []).flatMap((repository) =>
    repository.brokenFiles
      .filter((file) => !listed.has(`${repository.id} ${file.path}`))
      .map((file) => ({
        repository: repository.name,
        path: file.path,
        line: file.line ?? null,
        reason: file.reason,
      })),
  );
}

export function BrokenFiles({ sync, known }: { sync: Sync | undefined; known: readonly Item[] }) {
  const files = unlisted(sync, known);
  if (files.length === 0) return null;
  return (
    <section className="broken-files">
      <h2>Files that are not in service</h2>
      <p className="small dim">
        They are on the branch, but do not load. Fix them by a pull request; the rest serves.
      </p>
      <ul className="card card__body line-list">
        {files.slice(0, 50).map((file) => (
          <li key={`${file.repository} ${file.path}`} className="row">
            <CircleX className="icon" aria-hidden />
            <span className="wrap">
              <code>
                {visibleCode(file.path)}
                {file.line ? `:${file.line}` : ""}
              </code>
              <br />
              {visible(file.reason)}
            </span>
            <span className="small faint push">{visible(file.repository)}</span>
          </li>
        ))}
      </ul>
      {files.length > 50 ? <p className="small dim">And {files.length - 50} more: see Sync.</p> : null}
    </section>
  );
}
