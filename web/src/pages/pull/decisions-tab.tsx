/** Why the document came out so, to read; the files themselves are in Files. */
import { useQuery } from "@tanstack/react-query";
import { type Decision, decisionsQuery, type PullKey } from "@/review/queries";
import { Result } from "@/ui/page";
import { Risk, shownRisk } from "@/ui/risk";
import { Ago } from "@/ui/time";
import { visible, visibleCode } from "@/ui/visible";

function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function Verdicts({ rows }: { rows: readonly Record<string, unknown>[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard.
    <section className="scroll-x" tabIndex={0} aria-label="Verdicts of the commands">
      <table className="table table--verdicts">
        <caption className="sr">The verdict of each command as it was kept</caption>
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col">Line</th>
            <th scope="col">Verdict</th>
            <th scope="col">Reason</th>
            <th scope="col">Rules</th>
            <th scope="col">Scanner</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their order.
            <tr key={index}>
              <td>
                <code>{visibleCode(text(row.step))}</code>
              </td>
              <td className="num">{text(row.line)}</td>
              <td>
                <Risk
                  risk={shownRisk({ command: "known", risk: text(row.risk), unknown: row.unknown === true })}
                />
              </td>
              <td className="dim wrap">{visible(text(row.reason))}</td>
              <td className="small dim">
                {Array.isArray(row.ruleIds) ? row.ruleIds.map((rule) => visible(text(rule))).join(", ") : ""}
              </td>
              <td className="small faint">{visible(text(row.scannerVersion))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Log({ item }: { item: Decision }) {
  const sure = item.confidence == null ? null : Math.round(item.confidence * 100);
  return (
    <div className="card__body stack prose">
      <section>
        <h3>The question</h3>
        <p className="wrap lines">{visible(item.prompt ?? "")}</p>
      </section>
      <section>
        <h3>What was decided, and why</h3>
        <ul className="bullets wrap">
          {(item.reasoning ?? "").split("\n").map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their order.
            <li key={index}>{visible(line)}</li>
          ))}
        </ul>
      </section>
      {(item.alternatives ?? []).length > 0 ? (
        <section>
          <h3>What else was considered</h3>
          <dl className="alternatives wrap">
            {(item.alternatives ?? []).map((other, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: alternatives have no identity but their order.
              <div key={index}>
                <dt>{visible(other.option)}</dt>
                <dd className="dim">Why not: {visible(other.whyNot)}</dd>
              </div>
            ))}
          </dl>
        </section>
      ) : null}
      <p className="small faint">
        {sure == null ? "" : `${sure} % sure. `}
        <Ago at={item.at} />, {visible(item.authorEmail ?? item.author ?? "")}
      </p>
    </div>
  );
}

function File({ item }: { item: Decision }) {
  return (
    <section className="card" aria-label={visible(item.path)}>
      <div className="card__head">
        <h2>{item.verdicts ? "Verdicts" : "Decision log"}</h2>
        <code className="small faint push wrap">{visibleCode(item.path)}</code>
      </div>
      {item.verdicts ? <Verdicts rows={item.verdicts} /> : null}
      {item.problem ? <p className="card__body dim">{visible(item.problem)}</p> : null}
      {item.prompt ? <Log item={item} /> : null}
    </section>
  );
}

export function DecisionsTab({ pull, head }: { pull: PullKey; head: string }) {
  const decisions = useQuery(decisionsQuery(pull, head));
  return (
    <Result query={decisions} what="the decision log">
      {(found) =>
        found.items.length === 0 ? (
          <p className="notice">
            It brings no decision log: a person edited the document. What the scanner and the advisor say of
            each step is in Review.
          </p>
        ) : (
          <div className="stack">
            {found.items.map((item) => (
              <File key={item.path} item={item} />
            ))}
          </div>
        )
      }
    </Result>
  );
}
