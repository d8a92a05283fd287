/** Panic: two actions from every page, and its state on every page while it lasts. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleAlert, OctagonPause } from "lucide-react";
import { Popover } from "radix-ui";
import { useEffect } from "react";
import { api, type Schemas, take } from "@/api/client";
import { agentsQuery, meQuery, panicQuery } from "@/api/queries";
import { Button } from "@/ui/button";
import { ErrorBox } from "@/ui/states";
import { absolute } from "@/ui/time";
import { visible } from "@/ui/visible";
import { openPanic, usePanicOpen } from "./panic-door";

const REASON = "Halted from the web app";

type Taken = Schemas["PanicTakenShape"];

/** What the halt that was ordered from this page did at once. */
const TAKEN = ["panic-taken"];

export function usePanic() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => take(api.POST("/api/v1/panic", { body: { reason: REASON } })),
    onSuccess: (taken) => {
      client.setQueryData(TAKEN, taken);
      openPanic(false);
    },
    onSettled: () => client.invalidateQueries(),
  });
}

interface DoorProps {
  className?: string;
  label?: string;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
}

/** The button and its confirmation; in the top bar, and where panic is explained. */
export function PanicButton({ className = "btn btn--panic", label = "Panic", ...door }: DoorProps) {
  const panic = usePanic();
  const me = useQuery(meQuery);
  const mayNot =
    me.data && !me.data.permissions.includes("panic") ? "Your role may not halt executions" : null;
  return (
    <Popover.Root {...door}>
      <Popover.Trigger className={className} aria-label={`${label}: opens the halt confirmation`}>
        <OctagonPause className="icon" aria-hidden />
        {label}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="popover"
          aria-label="Halt everything"
          align="end"
          sideOffset={8}
          collisionPadding={12}
        >
          <strong>Halt everything?</strong>
          <p className="dim">
            Nothing new starts, in every execution of {me.data?.tenant.title || "this tenant"}. What runs is
            paused. The audit trail says that you did it.
          </p>
          <Button look="plain" blocked={mayNot} busy={panic.isPending} onClick={() => panic.mutate()}>
            <OctagonPause className="icon" aria-hidden />
            Halt everything now
          </Button>
          {mayNot ? <p className="small dim">{mayNot}. A responder, or anybody above, may.</p> : null}
          {panic.error ? <ErrorBox error={panic.error} /> : null}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** The one of the top bar, while nothing is halted. */
export function PanicControl() {
  const state = useQuery(panicQuery);
  const open = usePanicOpen();
  const on = state.data?.on ?? false;
  // While everything is halted there is nothing to ask: a question left open would stand there at the clearing.
  useEffect(() => {
    if (on && open) openPanic(false);
  }, [on, open]);
  if (on) return null;
  return <PanicButton className="btn btn--panic panic" open={open} onOpenChange={openPanic} />;
}

/** One more on a page that is about something that runs, while nothing is halted. */
export function PanicHere({ label }: { label: string }) {
  const state = useQuery(panicQuery);
  return state.data?.on ? null : <PanicButton label={label} />;
}

/** What a halt could not do at once, in sentences; none where it did all. Pure. */
export function shortcomings(
  taken: Taken | null,
  epoch: number,
  agents: readonly Pick<Schemas["AgentShape"], "name" | "status">[] | undefined,
): string[] {
  const found: string[] = [];
  const away = agents?.filter((agent) => agent.status === "offline").map((agent) => agent.name);
  if (away === undefined) found.push("Which agents can be reached is not known.");
  else if (away.length > 0)
    found.push(
      `Not reachable: ${away.slice(0, 8).join(", ")}${away.length > 8 ? ` and ${away.length - 8} more` : ""}. ` +
        "What runs there may go on until it is back.",
    );
  // Of an earlier panic nothing is said of this one.
  if (taken?.epoch !== epoch) return found;
  if (!taken.latched)
    found.push("It is not written to disk: a restart without the database would not know of it.");
  if (!taken.published) found.push("Other replicas were not told at once; they follow within seconds.");
  return found;
}

/** What became of it: how many agents were told, and what could not be done. */
function Outcome({ epoch }: { epoch: number }) {
  const agents = useQuery(agentsQuery);
  const taken = useQuery<Taken | null>({ queryKey: TAKEN, queryFn: () => null, enabled: false }).data ?? null;
  const short = shortcomings(taken, epoch, agents.data?.items);
  const told =
    taken?.epoch === epoch
      ? `${taken.agents} ${taken.agents === 1 ? "agent was" : "agents were"} told at once.`
      : "";
  if (!told && short.length === 0) return null;
  return (
    <span className="banner__more">
      {told}
      {short.map((text) => (
        <span key={text} className="row row--tight row--one">
          <CircleAlert className="icon" aria-hidden />
          {visible(text)}
        </span>
      ))}
    </span>
  );
}

/** The strip under the top bar while everything is halted. */
export function PanicBanner() {
  const state = useQuery(panicQuery);
  if (!state.data?.on) return null;
  const since = state.data.since ? new Date(state.data.since) : null;
  return (
    <div className="banner banner--panic" role="status">
      <OctagonPause className="icon" aria-hidden />
      <strong>
        Panic{since ? ` since ${absolute(since).slice(11)}` : ""}
        {state.data.by ? `, by ${visible(state.data.byName ?? state.data.by)}` : ""}
      </strong>
      <span>
        Nothing new starts. What ran is paused.
        {state.data.waitingFor ? ` To clear it, the word of ${state.data.waitingFor} is still needed.` : ""}
      </span>
      <Link to="/settings" hash="panic" className="btn push">
        Clear panic…
      </Link>
      <Outcome epoch={state.data.epoch} />
    </div>
  );
}
