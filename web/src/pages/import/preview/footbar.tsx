/** What the pull request will contain, and the one button; the reason where it is not allowed. */
import { ChevronDown, GitPullRequest, LogIn } from "lucide-react";
import { Button } from "@/ui/button";
import { visible, visibleCode } from "@/ui/visible";
import type { View } from "../session";
import { count, pullContents, sentence } from "../wording";

export interface Proposing {
  /** Signed out: the button leads to the sign-in. */
  signedOut: boolean;
  busy: boolean;
  /** Why not, beyond what the preview says: the role, for example. */
  reason: string | null;
  /** What the button says where it does more than open a pull request with the document. */
  label?: string;
  /** What it does then, instead of what the preview says of one by itself. */
  says?: string;
  run: () => void;
}

/** Why no pull request can be opened now; null where one can. */
export function reasonAgainst(view: View, proposing: Proposing): string | null {
  const { answer, problem, phase } = view.live;
  if (view.isEmpty) return "Paste a runbook first";
  if (view.refusal) return view.refusal;
  if (problem) return problem.message;
  if (!answer) return "The text is being read";
  if (phase !== "settled") return "The newest text is being read";
  if (proposing.signedOut) return null;
  if (proposing.reason) return proposing.reason;
  return answer.canPropose && !answer.canPropose.ok ? answer.canPropose.reason : null;
}

interface Props {
  view: View;
  proposing: Proposing;
  onDiscard: () => void;
  onQuestion: () => void;
}

export function Footbar({ view, proposing, onDiscard, onQuestion }: Props) {
  const questions = view.isEmpty ? 0 : (view.live.answer?.ambiguities.length ?? 0);
  const reason = reasonAgainst(view, proposing);
  return (
    <footer className="footbar">
      <p className="small dim not-phone footbar__says" role="status">
        <Says view={view} proposing={proposing} reason={reason} questions={questions} />
      </p>
      {view.isEmpty ? null : (
        <Button className="not-phone" onClick={onDiscard}>
          Discard
        </Button>
      )}
      {questions > 0 ? (
        <Button className="not-phone" onClick={onQuestion}>
          {questions === 1 ? "Go to the question" : "Go to the next question"}
        </Button>
      ) : null}
      <Button
        look="primary"
        blocked={reason}
        busy={proposing.busy}
        aria-keyshortcuts="Meta+Enter Control+Enter"
        onClick={proposing.run}
      >
        {proposing.signedOut ? (
          <LogIn className="icon" aria-hidden />
        ) : (
          <GitPullRequest className="icon" aria-hidden />
        )}
        {proposing.signedOut
          ? "Sign in to open a pull request"
          : proposing.busy
            ? "Opening…"
            : (proposing.label ?? "Open pull request")}
      </Button>
      {questions > 0 ? (
        <Button className="only-phone" onClick={onQuestion}>
          {count(questions, "question")}
          <ChevronDown className="icon" aria-hidden />
        </Button>
      ) : null}
    </footer>
  );
}

interface SaysProps {
  view: View;
  proposing: Proposing;
  reason: string | null;
  questions: number;
}

function Says({ view, proposing, reason, questions }: SaysProps) {
  const { answer, phase } = view.live;
  if (view.isEmpty || !answer) return <>{reason ?? ""}</>;
  const contents = pullContents(answer);
  const isBlocked = reason !== null && phase === "settled";
  const stays = questions > 0 && !isBlocked ? `${count(questions, "question")} to answer. ` : "";
  if (proposing.says && !isBlocked) return <>{proposing.says}</>;
  return (
    <>
      <strong>{isBlocked ? `${sentence(visible(reason))} ` : stays}</strong>
      {isBlocked ? "Then a " : proposing.signedOut ? "Signed in, you open a " : "Opens a "}
      pull request with <code>{visibleCode(contents.file)}</code>
      {contents.rest}. {answer.canPropose?.ok ? visible(answer.canPropose.reason) : ""}
    </>
  );
}
