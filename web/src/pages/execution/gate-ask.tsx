/** The asking half of a gate: buttons of unequal weight, or the name to type; asked again where it lapsed. */
import { useId, useState } from "react";
import { Button } from "@/ui/button";
import { PointOfNoReturn } from "@/ui/rail";
import { Shape } from "@/ui/risk";
import { ErrorBox } from "@/ui/states";
import { duration } from "@/ui/time";
import { visible, visibleCode } from "@/ui/visible";
import { typed } from "./arming";
import { asButton, type Bringing } from "./bring";
import { type Execution, type Gate, gateRisk, personOf, type Step } from "./steps";

interface Props {
  x: Execution;
  gate: Gate;
  step: Step;
  bringing: Bringing;
  blocked: string | null;
  settled: boolean;
  irreversible: boolean;
  now: number;
  onSkip: () => void;
  onEdit: () => void;
  onOther: (what: "refuse" | "byHand") => void;
}

function agentOf(gate: Gate): string {
  return visible(gate.intent?.agent.name ?? "the agent");
}

/** Who has approved, who is still needed, and until when. One line, reserved from the start. */
function Quorum({ gate, now, blocked }: { gate: Gate; now: number; blocked: string | null }) {
  const given = gate.approvals?.length ?? 0;
  const left = Date.parse(gate.expiresAt) - now;
  const parts: string[] = [];
  if (gate.quorum > 1) {
    const names = gate.approvals?.map((one) => visible(personOf(one))).join(", ");
    parts.push(`${given} of ${gate.quorum} approvals${names ? `: ${names}` : ""}`);
  }
  if (blocked) parts.push(blocked);
  parts.push(left > 0 ? `Lapses in ${duration(left)}` : "Lapses now");
  return <span className="n">{parts.join(" · ")}</span>;
}

function Others({ x, gate, bringing, onSkip, onEdit, onOther }: Props) {
  const may = (word: string) => x.actions.includes(word);
  return (
    <span className="row row--tight push gate__others">
      {may("skip") ? (
        <Button look="quiet" blocked={bringing.mayNot("skip")} onClick={onSkip} aria-keyshortcuts="s">
          Skip this step
        </Button>
      ) : null}
      {may("edit") ? (
        <Button look="quiet" blocked={bringing.mayNot("edit")} onClick={onEdit} aria-keyshortcuts="e">
          Edit the command
        </Button>
      ) : null}
      {may("done-by-hand") ? (
        <Button look="quiet" blocked={bringing.mayNot("done-by-hand")} onClick={() => onOther("byHand")}>
          Done by hand
        </Button>
      ) : null}
      {may("refuse") ? (
        <Button look="quiet" blocked={bringing.mayNot("refuse")} onClick={() => onOther("refuse")}>
          {gate.kind === "rollback" ? "Refuse the rollback" : "Refuse"}
        </Button>
      ) : null}
    </span>
  );
}

function Lapsed(props: Props) {
  return (
    <div className="gate__ask stack">
      <p>
        <strong>Nobody approved in time, or an approver may no longer.</strong> Earlier approvals do not
        count.
      </p>
      <div className="row">
        <Button
          look="primary"
          id="approve"
          {...asButton(props.bringing, "ask-again")}
          ready={props.settled}
          onClick={() => props.bringing.send({ event: "ask-again", body: undefined })}
        >
          Ask again
        </Button>
        <Others {...props} />
      </div>
      {props.bringing.problem && !props.bringing.changed ? <ErrorBox error={props.bringing.problem} /> : null}
    </div>
  );
}

/** What stands below the buttons: who approved and until when, and what went wrong. */
function Ending({ gate, bringing, now, blocked }: Props) {
  return (
    <>
      <p className="small dim">
        <Quorum gate={gate} now={now} blocked={blocked} />
      </p>
      {bringing.problem && !bringing.changed ? <ErrorBox error={bringing.problem} /> : null}
    </>
  );
}

/** Its command can't be judged now: what is true, what a person can do, and that it passes by itself. */
function NotJudged(props: Props) {
  return (
    <div className="gate__ask stack" data-not-judged>
      <p role="status">
        <strong>This command can’t be judged at this moment, so nobody can approve it now.</strong> Nothing
        runs meanwhile, and the gate stays open. This page looks again by itself every few seconds; until then
        you can still pause, abort, refuse or skip.
      </p>
      <div className="row">
        <Others {...props} />
      </div>
      <Ending {...props} />
    </div>
  );
}

function verb(gate: Gate): string {
  const more = gate.quorum - (gate.approvals?.length ?? 0);
  if (more > 1) return "Approve; another person must, too";
  return gate.kind === "rollback"
    ? `Approve and roll back on ${agentOf(gate)}`
    : `Approve and run on ${agentOf(gate)}`;
}

function useApprove({ gate, bringing, settled, blocked }: Props) {
  return (text?: string) => {
    // A click that meets a gate which has just opened was meant for something else.
    if (!settled || blocked) return;
    bringing.send({ event: "approve", body: { intentSha256: gate.intentSha256, typed: text ?? null } });
  };
}

function Simple(props: Props) {
  const { gate, bringing, blocked, now } = props;
  const approve = useApprove(props);
  return (
    <div className="gate__ask stack">
      {props.irreversible ? <PointOfNoReturn /> : null}
      <div className="row">
        <Button
          look="primary"
          id="approve"
          aria-keyshortcuts="a"
          ready={props.settled}
          blocked={blocked}
          busy={bringing.pending === "approve"}
          onClick={() => approve()}
        >
          {verb(gate)}
        </Button>
        <Others {...props} />
      </div>
      <div className="row small dim">
        <Quorum gate={gate} now={now} blocked={blocked} />
        <kbd className="kbd push not-phone" title="a goes to the approval">
          a
        </kbd>
      </div>
      {bringing.problem && !bringing.changed ? <ErrorBox error={bringing.problem} /> : null}
    </div>
  );
}

function TypedName(props: Props & { confirm: string }) {
  const { gate, confirm, bringing, blocked } = props;
  const [text, setText] = useState("");
  const [pasted, setPasted] = useState(false);
  const field = useId();
  const says = useId();
  const state = typed(confirm, text);
  const approve = useApprove(props);
  const armed = state.armed && !blocked;
  // Where no name is known, the document takes one of the step's own words: that is no thing that changes.
  const names = (gate.intent?.command ?? "").includes(confirm);
  const said = pasted ? "Type it: what is pasted has not been read" : state.text;
  return (
    <form
      className="gate__ask"
      onSubmit={(event) => {
        event.preventDefault();
        if (armed) approve(text);
      }}
    >
      {props.irreversible ? <PointOfNoReturn /> : null}
      <label htmlFor={field}>
        To approve, type {names ? "the name of what it changes" : "this name of the step"}:{" "}
        <code>{visibleCode(confirm)}</code>
      </label>
      <div className="gate__form">
        <input
          className="field"
          id={field}
          data-approval
          value={text}
          autoComplete="off"
          autoCapitalize="off"
          autoCorrect="off"
          spellCheck={false}
          aria-describedby={says}
          aria-invalid={state.wrong || undefined}
          onChange={(event) => {
            setText(event.target.value);
            setPasted(false);
          }}
          onPaste={(event) => {
            event.preventDefault();
            setPasted(true);
          }}
          onDrop={(event) => event.preventDefault()}
        />
        <Button
          look={armed ? "danger" : "plain"}
          type="submit"
          id="approve"
          blocked={armed ? null : (blocked ?? "The name must be typed first")}
          ready={props.settled}
          busy={bringing.pending === "approve"}
        >
          <Shape risk={gateRisk(gate)} />
          {verb(gate)}
        </Button>
      </div>
      <div className="row small gate__says">
        <span className="dim n" id={says} role="status">
          {said}
        </span>
        <Others {...props} />
      </div>
      <Ending {...props} />
    </form>
  );
}

export function GateAsk(props: Props) {
  const { gate } = props;
  if (gate.lapsed) return <Lapsed {...props} />;
  if (gate.notJudged) return <NotJudged {...props} />;
  if (gate.confirm)
    return <TypedName key={`${gate.id} ${gate.intentSha256}`} {...props} confirm={gate.confirm} />;
  return <Simple {...props} />;
}
