/** The session ended while a page is open: the page is covered, not left, so that nothing typed in it is lost. */
import { KeyRound } from "lucide-react";
import { AlertDialog } from "radix-ui";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { queryClient } from "@/api/queries";
import { isSessionOver, lookAgain, subscribeSession } from "@/api/standing";
import { onSignIn } from "@/pages/signed-out/come-back";
import { Button } from "@/ui/button";
import { Command } from "@/ui/command";
import { useFocusBack } from "@/ui/overlay";
import { Status } from "@/ui/status";
import { retryLost } from "./live";

function useIsOver(): boolean {
  return useSyncExternalStore(subscribeSession, isSessionOver);
}

/** Calls once each time that somebody is signed in again on a page whose session had ended. */
export function useSignedInAgain(goOn: () => void): void {
  const isOver = useIsOver();
  const wasOver = useRef(isOver);
  const latest = useRef(goOn);
  latest.current = goOn;
  useEffect(() => {
    if (wasOver.current && !isOver) latest.current();
    wasOver.current = isOver;
  }, [isOver]);
}

/**
 * The keys are the cover's from its first frame: not the field's below, which is not seen, and no button's or link's,
 * which the rest of a word would press. Afterwards they go on where they were.
 */
function useFocusOfCover() {
  const back = useFocusBack();
  return {
    ...back,
    onOpenAutoFocus: (event: Event) => {
      event.preventDefault();
      back.onOpenAutoFocus();
      if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus({ preventScroll: true });
    },
  };
}

function Cover() {
  const [isNobody, setNobody] = useState(false);
  const focus = useFocusOfCover();
  const look = async () => {
    const found = await lookAgain();
    setNobody(found === "nobody");
    // What is on the page is not for whoever this is.
    if (found === "other") window.location.reload();
  };
  const latest = useRef(look);
  latest.current = look;
  useEffect(() => {
    const told = () => void latest.current();
    const stop = onSignIn(told);
    window.addEventListener("focus", told);
    return () => {
      stop();
      window.removeEventListener("focus", told);
    };
  }, []);
  const here = `${window.location.pathname}${window.location.search}`;
  return (
    <AlertDialog.Content className="dialog dialog--over" {...focus}>
      <AlertDialog.Title asChild>
        <h2 className="title-l">Your session has ended</h2>
      </AlertDialog.Title>
      <AlertDialog.Description asChild>
        <p className="dim">
          Nothing was lost: what ran goes on, a gate waits where it stood, and what you typed is still on this
          page.
        </p>
      </AlertDialog.Description>
      <h3>
        <KeyRound className="icon" aria-hidden /> Get a sign-in URL
      </h3>
      <p>On the machine of the controller, as who runs it:</p>
      <Command text=".venv/bin/dd0c sign-in-url" risk="manual" />
      <p className="dim">Elsewhere, ask an owner: they make one for you under Settings, Members.</p>
      <div className="await small">
        <Status kind="waits">
          {isNobody
            ? "Nobody is signed in on this browser yet."
            : "Open it in this browser; this page then goes on by itself."}
        </Status>
      </div>
      <div className="dialog__foot">
        <a className="btn btn--quiet" href={`/signed-out?why=ended&next=${encodeURIComponent(here)}`}>
          Leave this page
        </a>
        <Button look="primary" onClick={() => void look()}>
          I have signed in
        </Button>
      </div>
    </AlertDialog.Content>
  );
}

export function SessionOver() {
  const isOver = useIsOver();
  useSignedInAgain(() => {
    retryLost();
    void queryClient.invalidateQueries();
  });
  return (
    <AlertDialog.Root open={isOver}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="veil veil--whole" />
        <Cover />
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
