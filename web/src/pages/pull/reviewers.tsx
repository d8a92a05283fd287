/** Who looked at the change and what they said, and a word of one's own about exactly the commit on screen. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleX, Clock } from "lucide-react";
import { type FormEvent, useId, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { api, once, take } from "@/api/client";
import { meQuery, queryClient } from "@/api/queries";
import type { Pull, Review } from "@/review/queries";
import { useIsLost } from "@/shell/live";
import { useToast } from "@/shell/toast";
import { Button } from "@/ui/button";
import { Commit } from "@/ui/page";
import { useSettled } from "@/ui/settled";
import { ErrorBox } from "@/ui/states";
import { Ago } from "@/ui/time";
import { visible } from "@/ui/visible";
import { reviewRefusal } from "./merge-reasons";

type Word = Pull["reviews"][number];
type Verdict = "approve" | "request_changes";

const SAID = {
  requested: { Icon: Clock, word: "Asked, has not answered" },
  approved: { Icon: CircleCheck, word: "Approved" },
  refused: { Icon: CircleX, word: "Asks for changes" },
};

function Said({ word }: { word: Word }) {
  const { Icon, word: state } = SAID[word.state];
  return (
    <li className="row">
      <Icon className="icon" aria-hidden />
      <span className="wrap">
        <strong className="ink">{visible(word.reviewerEmail ?? word.reviewer)}</strong>
        <br />
        <span className={word.stale ? "faint" : "dim"}>
          {state}{" "}
          {word.state === "requested" ? null : (
            <>
              <Ago at={word.at} />
              {word.stale ? ", of an older commit: it does not count any more" : null}
            </>
          )}
        </span>
        {word.body ? <span className="block lines">{visible(word.body)}</span> : null}
      </span>
    </li>
  );
}

function useGive(pull: Pull, seenHead: string, done: () => void) {
  const say = useToast();
  return useMutation({
    mutationFn: ({ verdict, body }: { verdict: Verdict; body: string }) =>
      once(["review", pull.repository, pull.number, seenHead, verdict, body], (key) =>
        take(
          api.POST("/api/v1/pulls/{number}/reviews", {
            params: {
              path: { number: pull.number },
              query: { repository: pull.repository },
              header: { "Idempotency-Key": key },
            },
            body: { head: seenHead, verdict, body },
          }),
        ),
      ),
    onSuccess: async (_, { verdict }) => {
      done();
      say(verdict === "approve" ? `Approved at ${seenHead.slice(0, 10)}.` : "Changes are asked for.");
      await queryClient.invalidateQueries({ queryKey: ["pulls"] });
    },
    onError: () => void queryClient.invalidateQueries({ queryKey: ["pulls"] }),
  });
}

/** Whoever wants to say which changes types them at once. */
const toWords = (field: HTMLTextAreaElement | null) => field?.focus();

interface Props {
  pull: Pull;
  review: Review | undefined;
  /** The commit that this page shows: a word is about it and no other. */
  seenHead: string;
}

function Give({ pull, review, seenHead }: Props) {
  const [asking, setAsking] = useState(false);
  const [text, setText] = useState("");
  const id = useId();
  const me = useQuery(meQuery).data;
  const lost = useIsLost();
  const give = useGive(pull, seenHead, () => {
    setAsking(false);
    setText("");
  });
  const blocked = reviewRefusal({ pull, review, seenHead, lost });
  const ready = useSettled(JSON.stringify([pull.number, seenHead, review?.head, blocked, asking]));
  const mine = me ? pull.approvals.approved.some((each) => each.email === me.email) : false;
  const place = useRef<HTMLDivElement>(null);
  const leave = () => {
    flushSync(() => setAsking(false));
    place.current?.querySelector<HTMLElement>(".row > button:last-of-type")?.focus();
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (!blocked && text.trim() && !give.isPending)
      give.mutate({ verdict: "request_changes", body: text.trim() });
  };
  return (
    <div className="stack" ref={place}>
      {asking ? (
        <form className="stack" onSubmit={send}>
          <label htmlFor={id} className="label">
            Which changes, shown as plain text
          </label>
          <textarea
            id={id}
            className="textarea"
            maxLength={8000}
            ref={toWords}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <div className="row">
            <Button
              type="submit"
              blocked={blocked ?? (text.trim() ? null : "Say which changes")}
              busy={give.isPending}
              ready={ready}
            >
              Ask for these changes
            </Button>
            <Button look="quiet" onClick={leave}>
              Cancel
            </Button>
          </div>
        </form>
      ) : (
        <div className="row">
          <Button
            blocked={blocked ?? (mine ? "You approved this commit" : null)}
            busy={give.isPending}
            ready={ready}
            onClick={() => give.mutate({ verdict: "approve", body: "" })}
          >
            Approve <Commit oid={seenHead} />
          </Button>
          <Button blocked={blocked} onClick={() => setAsking(true)}>
            Request changes
          </Button>
        </div>
      )}
      {give.error ? <ErrorBox error={give.error} /> : null}
    </div>
  );
}

export function Reviewers(props: Props) {
  const { pull } = props;
  const open = pull.state === "open";
  if (!open && pull.reviews.length === 0) return null;
  const { refusal, asks, missing } = pull.approvals;
  return (
    <section aria-label="Reviewers">
      <h2>Reviewers</h2>
      {pull.reviews.length > 0 ? (
        <ul className="line-list small">
          {pull.reviews.map((word) => (
            <Said key={`${word.reviewer} ${word.state}`} word={word} />
          ))}
        </ul>
      ) : (
        <p className="small dim">Nobody was asked, and nobody has reviewed it yet.</p>
      )}
      {open && asks !== "nothing" && !missing ? (
        <p className="small dim gap-top">The approval that the policy asks for is there.</p>
      ) : null}
      {!open ? null : refusal ? (
        <p className="small dim gap-top">{visible(refusal[0]?.toUpperCase() + refusal.slice(1))}.</p>
      ) : (
        <div className="stack gap-top">
          <Give {...props} />
        </div>
      )}
    </section>
  );
}
