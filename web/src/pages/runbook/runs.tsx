/** The runs of one runbook, with what came of them. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleCheck, CircleDashed, Square } from "lucide-react";
import { Result } from "@/ui/page";
import { Ago, seconds } from "@/ui/time";
import { runKind } from "../runbooks/filter";
import { runsQuery } from "./queries";

const ICONS = { done: CircleCheck, stopped: Square, running: CircleDashed };

function took(from: string | null | undefined, to: string | null | undefined): string {
  return from && to ? seconds(Date.parse(to) - Date.parse(from)) : "";
}

export function Runs({ runbook }: { runbook: string }) {
  const runs = useQuery(runsQuery(runbook));
  return (
    <Result query={runs} what="the runs">
      {(page) =>
        page.items.length === 0 ? (
          <p className="card card__body dim">
            It has not run yet. Start it: nothing runs before you approve a step.
          </p>
        ) : (
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
                {page.items.map((run) => {
                  const Icon = ICONS[runKind(run.state)];
                  return (
                    <tr key={run.id}>
                      <td>
                        <Link className="row-link" to="/executions/$execution" params={{ execution: run.id }}>
                          <Ago at={run.createdAt} />
                        </Link>
                      </td>
                      <td>
                        <span className="row row--tight row--one">
                          <Icon className="icon" aria-hidden />
                          {run.state.replaceAll("_", " ")}
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
        )
      }
    </Result>
  );
}
