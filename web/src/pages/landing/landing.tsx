/** Signed out: the paste box itself. The result is shown in place; only a pull request needs a sign-in. */
import { useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { EmptyPreview } from "@/pages/import/empty";
import { Workbench } from "@/pages/import/workbench";
import { Brand } from "@/shell/topbar";
import { Button } from "@/ui/button";
import { useTitle } from "@/ui/title";
import { SignIn } from "./sign-in";

const WORDS: Record<string, string> = {
  expired: "That sign-in URL was used already, or is too old. Each works once.",
  needed: "You are signed out. Sign in to see that page.",
};

export function Landing() {
  useTitle("Try a runbook");
  const { signIn } = useSearch({ from: "/" });
  const [asking, setAsking] = useState(false);
  const notice = signIn ? WORDS[signIn] : undefined;
  return (
    <>
      <a className="btn skip" href="#main">
        Skip to content
      </a>
      <header className="topbar">
        <span className="brand">
          <Brand />
        </span>
        <p className="dim small not-phone landing__line">
          Reviewed runbooks, run step by step, every risky one at a gate.
        </p>
        <Button className="push" onClick={() => setAsking(true)}>
          Sign in
        </Button>
      </header>
      {notice ? (
        <p className="banner" role="status">
          {notice}
        </p>
      ) : null}
      <Workbench
        title="Paste a runbook, see what would run"
        owner={null}
        proposing={{ signedOut: true, busy: false, reason: null }}
        onPropose={() => setAsking(true)}
        empty={({ example, bringBack }) => <EmptyPreview example={example} bringBack={bringBack} signedOut />}
      />
      <SignIn open={asking} onOpenChange={setAsking} />
    </>
  );
}
