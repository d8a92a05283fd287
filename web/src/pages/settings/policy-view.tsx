/** The policy and the flags as git last had them good: read here, changed by a pull request. */
import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "@/api/client";
import { Cell, SectionHead } from "@/ui/cell";
import { Commit, Result, Table, Terminal } from "@/ui/page";
import { Risk } from "@/ui/risk";
import { Status } from "@/ui/status";
import { visible, visibleCode } from "@/ui/visible";
import { policyQuery } from "./queries";

type Policy = Schemas["PolicyShape"];

/** `2 members, each approver or more`. */
export function approvalWords(rule: { members: number; role: string }): string {
  const who = `${rule.role} or more`;
  return rule.members === 1 ? `1 member, ${who}` : `${rule.members} different members, each ${who}`;
}

/** `24 hours`, `90 minutes`, `20 seconds`. */
export function span(milliseconds: number): string {
  const parts: readonly [number, string][] = [
    [3_600_000, "hour"],
    [60_000, "minute"],
    [1_000, "second"],
  ];
  const [size, word] = parts.find(([unit]) => milliseconds % unit === 0) ?? [1, "millisecond"];
  const count = milliseconds / size;
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

export function PolicyView() {
  const policy = useQuery(policyQuery);
  return (
    <>
      <SectionHead title="Policy" id="policy">
        What an execution that starts now is held to. It is kept in git and changed by a pull request, like a
        runbook.
      </SectionHead>
      <Result query={policy} what="the policy">
        {(found) => (
          <>
            <section className="card" aria-labelledby="policy">
              <div className="card__head">
                <strong>{found.source === "git" ? "policy.json" : "The product's own, strict policy"}</strong>
                <span className="dim">
                  {found.source === "git" ? (
                    <>
                      at <Commit oid={found.commit} />
                    </>
                  ) : (
                    "no policy.json in git"
                  )}
                </span>
              </div>
              <div className="card__body policy">
                <Approvals policy={found} />
                <Allowed policy={found} />
              </div>
            </section>
            {found.rules.length > 0 ? <Rules rules={found.rules} /> : null}
            <Flags flags={found.flags} />
            <Change />
          </>
        )}
      </Result>
    </>
  );
}

function Approvals({ policy }: { policy: Policy }) {
  return (
    <dl className="facts">
      {policy.approvals.map((rule) => (
        <div key={rule.risk} className="contents">
          <dt>
            <Risk risk={rule.risk} />
          </dt>
          <dd>{approvalWords(rule)}</dd>
        </div>
      ))}
      <dt>A gate stays open</dt>
      <dd>{policy.approvalMinutes} minutes</dd>
      <dt>A step may take</dt>
      <dd>{span(policy.maxTimeoutMs)} at the most</dd>
    </dl>
  );
}

function Allowed({ policy }: { policy: Policy }) {
  const lines: readonly [boolean, string, string][] = [
    [policy.autoRun, "Safe steps may run by themselves at trust level 2", "No step runs by itself"],
    [policy.fourEyes, "Who starts does not approve what is dangerous", "Who starts may approve, too"],
    [policy.skip, "Steps may be skipped", "No step may be skipped"],
    [policy.doneByHand, "A step may be reported as done by hand", "No step may be reported as done by hand"],
    [policy.edit, "Commands may be edited at their gate", "No command may be edited"],
    [
      policy.directPush,
      "Maintainers may push to the branch directly",
      "The branch changes by pull requests alone",
    ],
  ];
  return (
    <ul className="stack">
      {lines.map(([on, yes, no]) => (
        <li key={yes}>
          <Status kind={on ? "done" : "stopped"}>{on ? yes : no}</Status>
        </li>
      ))}
    </ul>
  );
}

function Rules({ rules }: { rules: Policy["rules"] }) {
  return (
    <section className="card" aria-label="Rules for some runbooks">
      <div className="card__head">
        <strong>Rules for some runbooks</strong>
        <span className="dim">the strictest that matches holds</span>
      </div>
      <div className="card__body stack">
        {rules.map((rule) => (
          <pre key={JSON.stringify(rule)} className="cmd lines">
            {visibleCode(JSON.stringify(rule, null, 2))}
          </pre>
        ))}
      </div>
    </section>
  );
}

function Flags({ flags }: { flags: Policy["flags"] }) {
  return (
    <Table stacked caption="Flags" heads={["Flag", "State", "While it is on"]}>
      {flags.map((flag) => (
        <tr key={flag.name}>
          <Cell label="Flag">
            <code>{flag.name}</code>
          </Cell>
          <Cell label="State">
            <Status kind={flag.on ? "done" : "stopped"}>
              {flag.on ? "On" : flag.services.length ? `Off for ${visible(flag.services.join(", "))}` : "Off"}
            </Status>
          </Cell>
          <Cell label="While it is on">
            <span className="dim">{flag.meaning}</span>
          </Cell>
        </tr>
      ))}
    </Table>
  );
}

function Change() {
  return (
    <details>
      <summary>How it is changed</summary>
      <div className="stack">
        <p className="dim">
          Commit policy.json or flags.json on a branch and push it. The push opens a pull request, whose first
          block says what changes at 3 a.m.
        </p>
        <Terminal>
          {
            "git switch -c stricter-policy\ngit add policy.json\ngit commit -m 'Ask two people before what is dangerous'\ngit push origin stricter-policy"
          }
        </Terminal>
      </div>
    </details>
  );
}
