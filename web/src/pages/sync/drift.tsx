/** What git declares against what is in service, file by file: opened where somebody wants to know. */
import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "@/api/client";
import { FieldChanges } from "@/review/fields";
import { StepsTable } from "@/review/steps-table";
import { isTouched } from "@/review/words";
import { Commit, Result } from "@/ui/page";
import { Status, type StatusKind } from "@/ui/status";
import { visible } from "@/ui/visible";
import { driftQuery } from "./queries";

type Item = Schemas["DriftItem"];

const KINDS: Record<Item["kind"], { kind: StatusKind; word: string; means: string }> = {
  added: { kind: "running", word: "Added", means: "in git, not in service yet" },
  changed: { kind: "running", word: "Changed", means: "newer in git than in service" },
  retired: { kind: "running", word: "Retired", means: "gone from git, still in service" },
  kept: { kind: "attention", word: "Kept", means: "its last good version serves" },
  broken: { kind: "attention", word: "Broken", means: "nothing of it serves" },
};

export function DriftView({ repository }: { repository: string }) {
  const drift = useQuery(driftQuery(repository));
  return (
    <div className="broken">
      <Result query={drift} what="what differs">
        {(found) =>
          found.inStep ? (
            <p className="dim">Nothing differs: every file is in service as git has it.</p>
          ) : (
            <>
              <p className="dim">
                Git, as it was last looked at, is at <Commit oid={found.head} />; what is in service came with{" "}
                <Commit oid={found.syncedCommit} />.
              </p>
              {found.items.map((item) => (
                <Differs key={`${item.kind}:${item.path}`} item={item} />
              ))}
              {found.leftOut > 0 ? <p className="dim">{found.leftOut} more files differ.</p> : null}
            </>
          )
        }
      </Result>
    </div>
  );
}

function Differs({ item }: { item: Item }) {
  const { kind, word, means } = KINDS[item.kind];
  const touched = item.change?.change === "changed" ? item.change.steps.filter(isTouched) : [];
  const fields = item.change?.change === "changed" ? item.change.fields : [];
  return (
    <section className="stack" aria-label={visible(item.path)}>
      <div className="row">
        <Status kind={kind}>{word}</Status>
        <code>{visible(item.path)}</code>
        <span className="small dim">{means}</span>
      </div>
      {item.reason ? <p className="dim">{visible(item.reason)}</p> : null}
      {touched.length > 0 ? (
        <div className="card">
          <StepsTable
            steps={touched}
            name={item.path}
            caption={`Steps of ${visible(item.path)} that differ`}
          />
        </div>
      ) : null}
      {fields.length > 0 ? <FieldChanges fields={fields} /> : null}
    </section>
  );
}
