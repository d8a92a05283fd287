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
import type { Bringing } from "./bring";

const SETTLED_MS = 600;

/** The text, once nobody has changed it for a moment: a scan a keystroke would be too many. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), SETTLED_MS);
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
  open: boolean;
  close: () => void;
  command: string;
  bringing: Bringing;
}

export function EditDialog({ open, close, command, bringing }: Props) {
  return (
    <Dialog
      open={open}
      onOpenChange={(now) => {
        if (!now) close();
      }}
      wide
      title="Edit the command"
      description="It replaces the step's command in this execution alone. It is scanned again, and it always waits for an approval."
    >
      {open ? <Form close={close} command={command} bringing={bringing} /> : null}
    </Dialog>
  );
}

function Form({ close, command, bringing }: Omit<Props, "open">) {
  const [text, setText] = useState(command);
  const [reason, setReason] = useState("");
  const settled = useSettled(text);
  const field = useId();
  const why = useId();
  const blocked =
    text === command
      ? "It is still the same command"
      : text.trim() === ""
        ? "A blank command runs nothing"
        : reason.trim() === ""
          ? "Say why first; it goes into the record"
          : null;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (!blocked) bringing.send({ event: "edit", body: { command: text, reason: reason.trim() } }, close);
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
      {bringing.problem ? <ErrorBox error={bringing.problem} /> : null}
      <div className="dialog__foot">
        <Button onClick={close}>Cancel</Button>
        <Button look="primary" type="submit" busy={bringing.isPending} blocked={blocked}>
          Replace the command and ask again
        </Button>
      </div>
    </form>
  );
}
