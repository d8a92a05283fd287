/** The last syncs: what began each, what came of it. */
import type { Schemas } from "@/api/client";
import { Cell } from "@/ui/cell";
import { Commit, Table, words } from "@/ui/page";
import { Status, type StatusKind } from "@/ui/status";
import { Ago } from "@/ui/time";
import { visible } from "@/ui/visible";
import { triggerWords } from "./repository";

const KINDS: Record<string, StatusKind> = {
  unchanged: "done",
  synced: "done",
  partial: "attention",
  failed: "failed",
};

const REWRITTEN = "rewritten";

/** `3 files read, 1 broken`: the counts that are not zero. */
export function countWords(counts: Record<string, number>): string {
  const found = Object.entries(counts).filter(([name, count]) => count > 0 && name !== REWRITTEN);
  const word = (name: string, count: number) => (name === "files" && count === 1 ? "file" : words(name));
  const said = found.map(([name, count]) => `${count} ${word(name, count)}`).join(", ") || "nothing changed";
  return counts[REWRITTEN] ? `history rewritten (a force-push), ${said}` : said;
}

/** `40 ms`, `1.2 s`. */
export function tookWords(ms: number): string {
  return ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

export function Runs({ runs }: { runs: readonly Schemas["SyncRun"][] }) {
  return (
    <Table
      stacked
      caption="The last syncs"
      heads={["Outcome", "What", "Repository", "Begun by", "Commit", "Took", "When"]}
    >
      {runs.map((run) => (
        <tr key={run.id}>
          <Cell label="Outcome">
            <Status kind={KINDS[run.outcome] ?? "done"}>{words(run.outcome)}</Status>
          </Cell>
          <Cell label="What">
            <span className="dim">{run.error ? visible(run.error) : countWords(run.counts)}</span>
          </Cell>
          <Cell label="Repository">{visible(run.repository)}</Cell>
          <Cell label="Begun by">
            <span className="dim">{triggerWords(run.trigger)}</span>
          </Cell>
          <Cell label="Commit">
            <span>
              {run.fromCommit && run.fromCommit !== run.toCommit ? (
                <>
                  <Commit oid={run.fromCommit} /> →{" "}
                </>
              ) : null}
              <Commit oid={run.toCommit} />
            </span>
          </Cell>
          <Cell label="Took">
            <span className="dim">{tookWords(run.durationMs)}</span>
          </Cell>
          <Cell label="When">
            <Ago at={run.finishedAt} />
          </Cell>
        </tr>
      ))}
    </Table>
  );
}
