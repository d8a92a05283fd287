/** Not signed in: why, and the one way in. */
import { useSearch } from "@tanstack/react-router";
import { KeyRound } from "lucide-react";
import { Brand } from "@/shell/topbar";
import { Command } from "@/ui/command";
import { Status } from "@/ui/status";
import { useTitle } from "@/ui/title";
import { useComeBack } from "./come-back";

interface Why {
  title: string;
  text: string;
}

/** Why somebody stands here, by the word in the address. */
export function whyWords(why: string | undefined): Why {
  switch (why) {
    case "spent":
      return {
        title: "This sign-in URL does not work any more",
        text: "Each one works once, for half an hour. If it was not you who opened it, tell an owner: sessions are listed in the audit trail.",
      };
    case "left":
      return { title: "You are signed out", text: "Your session has ended on this browser." };
    case "ended":
      return {
        title: "Your session has ended",
        text: "Nothing was lost: what ran goes on, and a gate waits where it stood.",
      };
    default:
      return { title: "Sign in to see this page", text: "You are not signed in on this browser." };
  }
}

export function SignedOut() {
  const { why, next } = useSearch({ from: "/signed-out" });
  const words = whyWords(why);
  useTitle("Signed out");
  useComeBack(next);
  return (
    <main id="main" className="gate-door">
      <div className="brand">
        <Brand />
      </div>
      <section className="card card__body stack">
        <h1>{words.title}</h1>
        <p className="dim">{words.text}</p>
        <h2>
          <KeyRound className="icon" aria-hidden /> Get a sign-in URL
        </h2>
        <p>On the machine of the controller, as who runs it:</p>
        <Command text=".venv/bin/dd0c sign-in-url" risk="manual" />
        <p className="dim">Elsewhere, ask an owner: they make one for you under Settings, Members.</p>
        <div className="await small">
          <Status kind="waits">Open it in this browser; this page then goes on by itself.</Status>
        </div>
      </section>
      <p className="dim">
        <a href="/">Try a runbook without signing in</a>
      </p>
    </main>
  );
}
