/** The runs of one runbook, with what came of them. */
import { Link } from "@tanstack/react-router";
import { stateWord } from "@/ui/execution-states";
import { LoadMore } from "@/ui/load-more";
import { Result } from "@/ui/page";
import { RollbackTag, StatusIcon } from "@/ui/status";
import { Ago, seconds } from "@/ui/time";
import { useRuns } from "./queries";

function took(from: string | null | undefined, to: string | null | undefined): string {
  return from && to ? seconds(Date.parse(to) - Date.parse(from)) : "";
}

export function Runs({ runbook }: { runbook: string }) {
  const runs = useRuns(runbook);
  return (
    <Result query={runs} what="the runs">
      {(items) =>
        items.length === 0 ? (
          <p className="card card__body dim">
            It has not run yet. Start it: nothing runs before you approve a step.
          </p>
        ) : (
          <div className="stack">
            <div className="card">
              <table className="table table--list">
                <caption className="sr">Runs, newest first</caption>
                <thead>
                  <tr>
                    <th scope="col">Run</th>
                    <th scope="col">Outcome</th>
                    <th scope="col">Steps</th>
                    <th scope="col">Took</th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((run) => {
                    const state = stateWord(run);
                    return (
                      <tr key={run.id}>
                        <td>
                          <Link
                            className="row-link"
                            to="/executions/$execution"
                            params={{ execution: run.id }}
                          >
                            <Ago at={run.createdAt} />
                          </Link>
                          {run.parentId ? <RollbackTag /> : null}
                        </td>
                        <td>
                          <span className="row row--tight row--one">
                            <StatusIcon kind={state.kind} />
                            {state.text}
                          </span>
                        </td>
                        <td className="n">
                          {run.ended} of {run.steps}
                        </td>
                        <td className="n">{took(run.startedAt, run.endedAt)}</td>
                      </tr>
                    );
                  })}
                </tbody>
              </table>
            </div>
            <LoadMore pages={runs} noun="runs" />
          </div>
        )
      }
    </Result>
  );
}
