/** Every changed file as a diff; the runbooks first. */
import { useQuery } from "@tanstack/react-query";
import { DiffView } from "@/review/diff-view";
import { diffQuery, type FileDiff, type PullKey } from "@/review/queries";
import { Result } from "@/ui/page";

const LONG_LINES = 250;

/** Runbooks first, then policy and flags, then the rest, each by path. Pure. */
export function inReadingOrder(files: readonly FileDiff[]): FileDiff[] {
  const rank = (file: FileDiff) =>
    /(^|\/)runbooks\/.*\.ya?ml$/.test(file.path) ? 0 : /(^|\/)(policy|flags)\.json$/.test(file.path) ? 1 : 2;
  return [...files].sort((a, b) => rank(a) - rank(b) || a.path.localeCompare(b.path));
}

export function FilesTab({ pull, head }: { pull: PullKey; head: string }) {
  const diff = useQuery(diffQuery(pull, head));
  return (
    <Result query={diff} what="the files">
      {(found) => (
        <div className="stack">
          {inReadingOrder(found.items).map((file) => (
            <DiffView key={file.path} file={file} folded={file.additions + file.deletions > LONG_LINES} />
          ))}
          {found.items.length === 0 ? <p className="dim">It changes no file.</p> : null}
        </div>
      )}
    </Result>
  );
}
