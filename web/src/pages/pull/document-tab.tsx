/** The document as it will be, every changed step marked. */
import type { ReactNode } from "react";
import { FieldChanges } from "@/review/fields";
import { isPointOfNoReturn, type RunbookChange, type StepChange } from "@/review/queries";
import { formerRisk, isTouched, keyOf, keysLabel, sideOf, tagsOf } from "@/review/words";
import { places } from "@/ui/branches";
import { Command } from "@/ui/command";
import { PointOfNoReturn, Rail, RailStep } from "@/ui/rail";
import { Risk, riskLabel } from "@/ui/risk";
import { visible, visibleCode } from "@/ui/visible";
import { alertsOf, prerequisitesOf, questionsOf, variablesOf } from "./document-parts";

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function Parts({ change }: { change: RunbookChange }) {
  const variables = variablesOf(change.document);
  const prerequisites = prerequisitesOf(change.document);
  const alerts = alertsOf(change.document);
  const questions = questionsOf(change.document);
  return (
    <div className="stack">
      {change.fields.length > 0 ? (
        <Part title="Changed outside the steps">
          <FieldChanges fields={change.fields} />
        </Part>
      ) : null}
      {questions.length > 0 ? (
        <Part title="Open questions">
          <ul className="bullets">
            {questions.map((item) => (
              <li key={item.question}>
                {visible(item.question)} <span className="dim">“{visible(item.text)}”</span>
              </li>
            ))}
          </ul>
        </Part>
      ) : null}
      {alerts.length > 0 ? (
        <Part title="Alerts that match">
          <ul className="bullets">
            {alerts.map((text) => (
              <li key={text}>
                <code>{visibleCode(text)}</code>
              </li>
            ))}
          </ul>
        </Part>
      ) : null}
      {prerequisites.length > 0 ? (
        <Part title="Before you start">
          <ul className="bullets">
            {prerequisites.map((text) => (
              <li key={text}>{visible(text)}</li>
            ))}
          </ul>
        </Part>
      ) : null}
      {variables.length > 0 ? (
        <Part title="Variables">
          <div className="row">
            {variables.map((item) => (
              <span className="chip" key={item.name}>
                <code>{visibleCode(item.name)}</code>
                {item.note ? ` ${visible(item.note)}` : ""}
              </span>
            ))}
          </div>
        </Part>
      ) : null}
    </div>
  );
}

function Step({ step }: { step: StepChange }) {
  const facts = sideOf(step);
  const former = formerRisk(step);
  const keys = keysLabel(facts);
  return (
    <article
      className={`card step${isTouched(step) ? " step--touched" : ""}${step.change === "removed" ? " step--gone" : ""}`}
    >
      <div className="step__head">
        <h3>{visible(facts.title)}</h3>
        {tagsOf(step).map((tag) => (
          <span className="tag tag--solid" key={tag}>
            {tag}
          </span>
        ))}
        <Risk risk={facts.shown} />
      </div>
      {facts.command ? (
        <Command
          text={facts.command}
          risk={facts.shown}
          was={step.change === "removed"}
          spans={
            facts.scanner?.spans.map((span) => ({
              ...span,
              rule: span.ruleId,
              why: facts.scanner?.why,
              risk: facts.shown,
            })) ?? null
          }
        />
      ) : (
        <p className="wrap lines">{visible(facts.manual ?? "")}</p>
      )}
      <div className="step__foot">
        {former ? <span>Was {riskLabel(former).toLowerCase()} before</span> : null}
        {keys ? <span>{keys}</span> : null}
        {facts.when ? <span>Only if {visible(facts.when)}</span> : null}
        {facts.confirm ? (
          <span>
            Typed to confirm: <code>{visibleCode(facts.confirm)}</code>
          </span>
        ) : null}
        {facts.rollback ? (
          <span>
            Rollback: <code>{visibleCode(facts.rollback)}</code>
          </span>
        ) : null}
        {facts.rollbackImpossible ? <span>No rollback: {visible(facts.rollbackImpossible)}</span> : null}
        {facts.answers.length > 0 ? <span>Answers: {facts.answers.map(visible).join(", ")}</span> : null}
      </div>
      {step.change === "changed" ? <FieldChanges fields={step.fields} /> : null}
    </article>
  );
}

export function DocumentRail({ change }: { change: RunbookChange }) {
  const drawn = places(
    change.steps.map((step) => {
      const facts = sideOf(step);
      return { id: facts.id, needs: facts.needs, conditional: Boolean(facts.when) };
    }),
  );
  return (
    <Rail>
      {change.steps.map((step, index) => {
        const place = drawn[index];
        return [
          isPointOfNoReturn(change, step) ? <PointOfNoReturn key={`${keyOf(step)}-ponr`} as="li" /> : null,
          <RailStep
            key={keyOf(step)}
            order={sideOf(step).number}
            state={step.change === "removed" ? "skipped" : "todo"}
            {...(place ? { place } : {})}
          >
            <Step step={step} />
          </RailStep>,
        ];
      })}
    </Rail>
  );
}

export function DocumentTab({ changes }: { changes: readonly RunbookChange[] }) {
  return (
    <div className="stack stack--wide">
      {changes.map((change) => (
        <section key={change.path} className="stack" aria-label={visible(change.title)}>
          <div>
            <h2 className="title-l">{visible(change.title)}</h2>
            <p className="small dim">
              <code>{visibleCode(change.path)}</code>
              {change.oldPath ? `, was ${visible(change.oldPath)}` : ""}
            </p>
          </div>
          <Parts change={change} />
          <DocumentRail change={change} />
        </section>
      ))}
    </div>
  );
}
