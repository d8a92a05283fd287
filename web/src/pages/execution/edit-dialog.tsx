/** Run another command in this step's place: scanned again while it is typed, and always at a gate. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useState } from "react";
import { api, take } from "@/api/client";
import { Button } from "@/ui/button";
import { Command } from "@/ui/command";
import { KeysLabel } from "@/ui/keys";
import { Dialog } from "@/ui/overlay";
import { Risk, shownRisk } from "@/ui/risk";
import { ErrorBox } from "@/ui/states";
import { visible } from "@/ui/visible";
import type { Bringing, Brought } from "./bring";
import { Moved, movedText, useFrozen } from "./moved";
import { currentStep, type Execution } from "./steps";

const TYPED_MS = 600;

/** The text, once nobody has changed it for a moment: a scan a keystroke would be too many. */
function useTyped(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), TYPED_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

function useScan(command: string) {
  return useQuery({
    queryKey: ["classify", command],
    queryFn: () => take(api.POST("/api/v1/classify", { body: { command, language: "bash" } })),
    enabled: command.trim() !== "",
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: false,
    refetchOnWindowFocus: false,
    retry: false,
  });
}

function Scanned({ command, typing }: { command: string; typing: boolean }) {
  const scan = useScan(command);
  if (scan.error) return <ErrorBox error={scan.error} />;
  if (!scan.data || typing) return <p className="dim scanned">Scanning…</p>;
  const risk = shownRisk({ command, risk: scan.data.risk, unknown: scan.data.unknown });
  return (
    <div className="scanned stack">
      <div className="row">
        <Risk risk={risk} pill />
        <KeysLabel keys={{ scanner: scan.data.scannerRisk, scannerWhy: scan.data.why }} />
      </div>
      <Command
        bare
        text={command}
        risk={risk}
        spans={scan.data.spans.map((span) => ({
          start: Number(span.start),
          end: Number(span.end),
          rule: String(span.ruleId),
        }))}
      />
      <p className="small dim">{visible(scan.data.why)}</p>
    </div>
  );
}

interface Props {
  /** The execution as it was on screen when the dialog was opened; null: it is closed. */
  of: Execution | null;
  now: Execution;
  close: () => void;
  bringing: Bringing;
}

/** The command that stands at the step where the execution is. */
export function commandOf(x: Execution): string {
  return x.gate?.intent?.command ?? currentStep(x)?.step.command ?? "";
}

export function EditDialog({ of, close, ...rest }: Props) {
  return (
    <Dialog
      open={of !== null}
      onOpenChange={(now) => {
        if (!now) close();
      }}
      wide
      title="Edit the command"
      description="It replaces the step's command in this execution alone. It is scanned again, and it always waits for an approval."
    >
      {of ? <Form of={of} close={close} {...rest} /> : null}
    </Dialog>
  );
}

/** Why it can't be sent; null where it can. */
function hindrance(command: string, text: string, reason: string): string | null {
  if (text === command) return "It is still the same command";
  if (text.trim() === "") return "A blank command runs nothing";
  return reason.trim() === "" ? "Say why first; it goes into the record" : null;
}

function Form({ of, now, close, bringing }: Props & { of: Execution }) {
  const frozen = useFrozen(of, now);
  const command = commandOf(frozen.seen);
  const [text, setText] = useState(command);
  const [reason, setReason] = useState("");
  const settled = useTyped(text);
  const field = useId();
  const why = useId();
  const blocked =
    bringing.mayNot("edit") ??
    bringing.blocked ??
    movedText(frozen.moved) ??
    hindrance(command, text, reason);
  const brought: Brought = { event: "edit", body: { command: text, reason: reason.trim() } };
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (!blocked) bringing.send(brought, { done: close, seen: frozen.seen });
      }}
    >
      <label htmlFor={field}>Command</label>
      <textarea
        id={field}
        className="textarea mono"
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        value={text}
        // biome-ignore lint/a11y/noAutofocus: the dialog exists for this field.
        autoFocus
        onChange={(event) => setText(event.target.value)}
      />
      <Scanned command={settled} typing={settled !== text} />
      <label htmlFor={why}>Why this command?</label>
      <input
        id={why}
        className="field"
        maxLength={2_000}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      <Moved frozen={frozen} now={now} />
      {bringing.problem ? <ErrorBox error={bringing.problem} /> : null}
      <div className="dialog__foot">
        <Button onClick={close}>Cancel</Button>
        <Button
          look="primary"
          type="submit"
          busy={bringing.isPending}
          ready={bringing.settled}
          blocked={blocked}
        >
          Replace the command and ask again
        </Button>
      </div>
    </form>
  );
}
