/** What a change of policy and flags does at 3 a.m.: whom it reaches, and what is asked for less. */
import { Link } from "@tanstack/react-router";
import { ArrowRight } from "lucide-react";
import { visible } from "@/ui/visible";
import { FieldChanges } from "./fields";
import type { Review, RuleChange, RunbookChange } from "./queries";
import { beginning, reachSentence, ruleName, ruleValue, settingsNames } from "./rule-words";

function Reached({ change }: { change: RunbookChange }) {
  return (
    <li>
      <span className="inline wrap">
        <Link to="/runbooks/$runbook" params={{ runbook: change.name }}>
          {visible(change.title)}
        </Link>
        <span className="dim">
          {": "}
          {change.before?.runsByItself ?? 0} <ArrowRight className="icon" aria-hidden />
          <span className="sr"> before, then </span> {change.after?.runsByItself ?? 0} of{" "}
          {change.after?.steps ?? 0} steps run by themselves
        </span>
      </span>
      {change.beginsAlone.length > 0 ? (
        <span className="small dim block wrap">{visible(beginning(change))}</span>
      ) : null}
    </li>
  );
}

function Rules({ title, rules }: { title: string; rules: readonly RuleChange[] }) {
  if (rules.length === 0) return null;
  const fields = rules.map((rule) => ({
    field: ruleName(rule),
    before: ruleValue(rule, "before"),
    after: ruleValue(rule, "after"),
  }));
  return (
    <section className="card__body outside-top" aria-label={title}>
      <h3 className="between">{title}</h3>
      <FieldChanges fields={fields} />
    </section>
  );
}

export function SettingsCard({ review }: { review: Review }) {
  const begins = review.reached.reduce((sum, change) => sum + change.beginsAlone.length, 0);
  const looser = review.ruleChanges.filter((rule) => rule.looser);
  const others = review.ruleChanges.filter((rule) => !rule.looser);
  const alone = review.runbooks.length === 0;
  return (
    <section className="card" aria-labelledby="am-settings">
      <div className="card__head">
        <h2 id="am-settings" className="title-l">
          {alone ? "What changes at 3 a.m." : "What every run is held to"}
        </h2>
        <span className="push small faint">{visible(settingsNames(review.settings))}</span>
      </div>
      <div className="card__body stack">
        <p className={begins > 0 ? "ink" : "dim"}>
          {begins > 0 ? (
            <strong>{reachSentence(review.reached)}.</strong>
          ) : (
            `${reachSentence(review.reached)}.`
          )}
        </p>
        {review.reached.length > 0 ? (
          <ul className="line-list" aria-label="Runbooks that it does not touch">
            {review.reached.map((change) => (
              <Reached key={`${change.path} ${change.name}`} change={change} />
            ))}
          </ul>
        ) : null}
        {review.reachedLeftOut > 0 ? (
          <p className="dim">
            And {review.reachedLeftOut} more runbooks run otherwise under it: too many to name each step here.
          </p>
        ) : null}
      </div>
      <Rules title="Asked for less than now" rules={looser} />
      <Rules title={looser.length > 0 ? "Changed, and no less" : "Changed"} rules={others} />
      {review.ruleChanges.length === 0 ? (
        <p className="card__body outside-top dim">
          What is in force stays as it is: another repository asks for as much, or the file does not load.
        </p>
      ) : null}
    </section>
  );
}
