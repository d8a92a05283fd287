/** Panic: two actions from every page, and its state on every page while it lasts. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { OctagonPause } from "lucide-react";
import { Popover } from "radix-ui";
import { api, take } from "@/api/client";
import { meQuery, panicQuery } from "@/api/queries";
import { Button } from "@/ui/button";
import { ErrorBox } from "@/ui/states";
import { absolute } from "@/ui/time";
import { visible } from "@/ui/visible";
import { openPanic, usePanicOpen } from "./panic-door";

const REASON = "Halted from the web app";

export function usePanic() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => take(api.POST("/api/v1/panic", { body: { reason: REASON } })),
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
        <Popover.Content className="popover" align="end" sideOffset={8} collisionPadding={12}>
          <strong>Halt everything?</strong>
          <p className="dim">
            Nothing new starts, in every execution of {me.data?.tenant.title || "this tenant"}. What runs is
            paused. The audit trail says that you did it.
          </p>
          <Button look="plain" blocked={mayNot} busy={panic.isPending} onClick={() => panic.mutate()}>
            <OctagonPause className="icon" aria-hidden />
            Halt everything now
          </Button>
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
  if (state.data?.on) return null;
  return <PanicButton className="btn btn--panic panic" open={open} onOpenChange={openPanic} />;
}

/** One more on a page that is about something that runs, while nothing is halted. */
export function PanicHere({ label }: { label: string }) {
  const state = useQuery(panicQuery);
  return state.data?.on ? null : <PanicButton label={label} />;
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
    </div>
  );
}
