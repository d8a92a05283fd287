/** Why a step is what it is: both keys, the rule that decided, and what will be asked at its gate. */
import type { ReactNode } from "react";
import { Command } from "@/ui/command";
import { Risk } from "@/ui/risk";
import { visible, visibleCode } from "@/ui/visible";
import { FieldChanges } from "./fields";
import type { StepChange, StepFacts } from "./queries";
import { confidence, MERGE_RULES, sideOf, waitsBecause } from "./words";

function spansOf(facts: StepFacts) {
  return facts.scanner?.spans.map((span) => ({
    start: span.start,
    end: span.end,
    rule: span.ruleId,
    why: facts.scanner?.why,
    risk: facts.shown,
  }));
}

/** Whether there is an advisor that was asked, and said nothing. */
function isAsked(merge: { noAdvice?: string | null }): boolean {
  return Boolean(merge.noAdvice) && merge.noAdvice !== "off" && merge.noAdvice !== "not_asked";
}

function Keys({ facts }: { facts: StepFacts }) {
  const { scanner, advisor, merge } = facts;
  if (!scanner || !merge) return null;
  return (
    <div className="keys">
      <div>
        <span className="label">1. Scanner</span>
        <p>
          <Risk risk={scanner.risk} />
        </p>
        <p className="small dim">{visible(scanner.why)}</p>
        <p className="small dim">
          Rules: {scanner.ruleIds.map((rule) => visible(rule)).join(", ") || "none"}. Reversible:{" "}
          {scanner.reversibility.replaceAll("_", " ")}.
        </p>
      </div>
      <div>
        <span className="label">2. Advisor</span>
        {advisor ? (
          <>
            <p className="row row--tight">
              <Risk risk={advisor.risk} />
              <span className="faint small">{confidence(advisor.confidence)}</span>
            </p>
            <p className="small dim">“{visible(advisor.reasoning)}”</p>
            <p className="small dim">
              {visible(advisor.advisor)} {visible(advisor.advisorVersion)}
            </p>
          </>
        ) : (
          <>
            <p>
              <strong>{isAsked(merge) ? "No advice" : "Not asked"}</strong>
            </p>
            <p className="small dim">
              1 of 2 keys. On one key nothing counts as safe;{" "}
              {isAsked(merge) ? (
                visible((merge.missing ?? "").replace(/^one key: /, ""))
              ) : (
                <>
                  an advisor is the second one (setting <code>DD0C_ADVISOR</code>)
                </>
              )}
              .
            </p>
          </>
        )}
      </div>
      <div>
        <span className="label">3. Merge</span>
        <p className="row row--tight">
          <Risk risk={facts.shown} />
          {facts.declared ? <span className="faint small">declared {facts.declared}</span> : null}
        </p>
        <p className="small dim">
          Rule {merge.rule} decided: {visible(merge.reason.replace(/\.$/, ""))}.
        </p>
      </div>
    </div>
  );
}

function commandRows(facts: StepFacts): [string, ReactNode][] {
  const role = `${facts.approvals === 1 ? "one" : facts.approvals} ${facts.approver} or above`;
  const target = Object.entries(facts.target ?? {}).map(([key, value]) => `${key}=${value}`);
  const retries = facts.retries ? `, ${facts.retries} retries` : "";
  return [
    ["Who", role],
    ["Confirm", <Confirmation key="confirm" facts={facts} />],
    ["Waits", facts.runsByItself ? "no, it runs by itself" : `yes: ${waitsBecause(facts.waitsBecause)}`],
    ["Rollback", <Rollback key="rollback" facts={facts} />],
    ["Runs on", target.length > 0 ? visible(target.join(", ")) : "any agent"],
    ["Timeout", `${facts.timeoutMs / 1000} s${retries}`],
    ["Agent", "scans it again, the stricter verdict wins"],
  ];
}

function Gate({ facts }: { facts: StepFacts }) {
  const rows = facts.command
    ? commandRows(facts)
    : [["Who", "a person does it and reports"] as [string, ReactNode]];
  if (facts.answers.length > 0) rows.push(["Answers", facts.answers.map(visible).join(", ")]);
  if (facts.when) rows.push(["Only if", visible(facts.when)]);
  if (facts.expect) rows.push(["Expect", visible(facts.expect)]);
  return (
    <dl className="facts small">
      {rows.map(([name, value]) => (
        <div key={name} className="contents">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Confirmation({ facts }: { facts: StepFacts }) {
  if (!facts.confirm) return <>a click</>;
  return (
    <>
      type <code>{visibleCode(facts.confirm)}</code>
    </>
  );
}

function Rollback({ facts }: { facts: StepFacts }) {
  if (facts.rollback)
    return (
      <>
        <code>{visibleCode(facts.rollback)}</code>
        {facts.undo ? ` ${facts.undo.shown}: ${visible(facts.undo.why)}` : null}
      </>
    );
  if (facts.rollbackImpossible) return <>not possible: {visible(facts.rollbackImpossible)}</>;
  return <>none given</>;
}

export function Reasoning({ step, children }: { step: StepChange; children?: ReactNode }) {
  const facts = sideOf(step);
  return (
    <div className="stack reasoning">
      {facts.command ? (
        <Command text={facts.command} spans={spansOf(facts) ?? null} risk={facts.shown} />
      ) : (
        <p className="wrap lines">{visible(facts.manual ?? "")}</p>
      )}
      {step.fields.length > 0 ? <FieldChanges fields={step.fields} /> : null}
      <Keys facts={facts} />
      <div className="two">
        {facts.merge ? (
          <div>
            <h3>Merge rules, first that applies</h3>
            <ol className="rules small">
              {MERGE_RULES.map((rule, index) => (
                <li
                  key={rule}
                  className={facts.merge?.rule === index + 1 ? "hit" : undefined}
                  aria-current={facts.merge?.rule === index + 1 || undefined}
                >
                  {rule}
                </li>
              ))}
            </ol>
          </div>
        ) : null}
        <div>
          <h3>At the gate</h3>
          <Gate facts={facts} />
        </div>
      </div>
      {children}
    </div>
  );
}
