/** Every content that was in service, and what each changed: steps and risks first, then the text. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Schemas } from "@/api/client";
import { DiffView } from "@/review/diff-view";
import { EXACT } from "@/review/exact";
import { FieldChanges } from "@/review/fields";
import { OutlookCard } from "@/review/outlook";
import { StepsTable } from "@/review/steps-table";
import { isTouched } from "@/review/words";
import { LoadMore } from "@/ui/load-more";
import { Commit, Result } from "@/ui/page";
import { Ago } from "@/ui/time";
import { visible } from "@/ui/visible";
import { changesQuery, useVersions } from "./queries";

type Change = Schemas["VersionChangeShape"];

/** `2 steps changed, 1 added`, or that the steps are the same. Pure. */
export function changeSentence(change: Change["change"]): string {
  const count = (word: string) => change.steps.filter((step) => step.change === word).length;
  const parts = (["added", "changed", "removed"] as const)
    .map((word) => ({ word, many: count(word) }))
    .filter(({ many }) => many > 0)
    .map(({ word, many }) => `${many} ${word}`);
  const moved = change.steps.filter((step) => step.moved).length;
  if (moved > 0) parts.push(`${moved} moved`);
  return parts.length > 0 ? `Steps: ${parts.join(", ")}` : "The steps are the same";
}

function Compared({ found }: { found: Change }) {
  const { change, diff } = found;
  const touched = change.steps.filter(isTouched);
  return (
    <div className="stack stack--wide">
      <OutlookCard change={change} id="version-outlook" />
      <p>{found.beforeId ? changeSentence(change) : "The first version: everything is new."}</p>
      {change.fields.length > 0 ? (
        <section>
          <h3>Changed outside the steps</h3>
          <FieldChanges fields={change.fields} />
        </section>
      ) : null}
      {touched.length > 0 ? (
        <div className="card">
          <StepsTable
            steps={touched}
            fresh={!found.beforeId}
            name="version"
            caption="Steps that this version changed"
          />
        </div>
      ) : null}
      <DiffView file={diff} folded={diff.additions + diff.deletions > 250} />
    </div>
  );
}

function Pick({
  runbook,
  versions,
  version,
  against,
}: {
  runbook: string;
  versions: readonly Schemas["VersionItem"][];
  version: string;
  against: string | undefined;
}) {
  return (
    <ol className="card version-list" aria-label="Versions, newest first">
      {versions.map((item, index) => (
        <li key={item.id} className={item.id === version ? "version version--on" : "version"}>
          <Link
            to="/runbooks/$runbook"
            params={{ runbook }}
            search={{ tab: "versions", version: item.id }}
            replace
            resetScroll={false}
            className="row-link"
            aria-current={item.id === version ? "true" : undefined}
            activeOptions={EXACT}
          >
            <Commit oid={item.commit} /> <Ago at={item.createdAt} />
          </Link>
          <span className="small dim wrap">{visible(item.author)}</span>
          {index === 0 ? <span className="tag">newest</span> : null}
          {item.id !== version ? (
            <Link
              className="small push"
              to="/runbooks/$runbook"
              params={{ runbook }}
              search={{ tab: "versions", version, against: item.id }}
              replace
              resetScroll={false}
              aria-current={item.id === against ? "true" : undefined}
              activeOptions={EXACT}
            >
              {item.id === against ? "compared with" : "compare with it"}
            </Link>
          ) : null}
        </li>
      ))}
    </ol>
  );
}

interface Props {
  item: Schemas["RunbookShape"];
  version?: string | undefined;
  against?: string | undefined;
}

export function Versions({ item, version, against }: Props) {
  const versions = useVersions(item.id);
  const chosen = version ?? item.versionId ?? "";
  const changes = useQuery({ ...changesQuery(item.id, chosen, against), enabled: chosen !== "" });
  return (
    <div className="stack stack--wide">
      <Result query={versions} what="the versions">
        {(found) => (
          <>
            <Pick runbook={item.id} versions={found} version={chosen} against={against} />
            <LoadMore pages={versions} noun="versions" />
          </>
        )}
      </Result>
      <Result query={changes} what="what it changed">
        {(found) => <Compared found={found} />}
      </Result>
    </div>
  );
}
