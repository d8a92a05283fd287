/** What happened, oldest first, and a word to add. Every text of it is untrusted and shown as it is. */
import { useMutation, useQuery } from "@tanstack/react-query";
import {
  CircleCheck,
  CircleX,
  GitCommitHorizontal,
  GitMerge,
  GitPullRequest,
  MessageSquare,
  UserRound,
} from "lucide-react";
import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { api, once, take } from "@/api/client";
import { meQuery, queryClient } from "@/api/queries";
import { eventsQuery, type Pull, type PullEvent, type PullKey } from "@/review/queries";
import { Button } from "@/ui/button";
import { Commit, Result } from "@/ui/page";
import { ErrorBox } from "@/ui/states";
import { Ago } from "@/ui/time";
import { visible, visibleCode } from "@/ui/visible";
import { plain } from "./plain";

const ICONS = {
  opened: GitPullRequest,
  pushed: GitCommitHorizontal,
  check: CircleCheck,
  comment: MessageSquare,
  review: UserRound,
  merged: GitMerge,
  closed: CircleX,
};

const CHECKED: Record<string, string> = { pass: "passes", fail: "fails", attention: "passes, look at it" };

function who(event: PullEvent): string {
  if (event.actorEmail) return event.actorEmail;
  return event.actor.startsWith("system:") ? "dd0c" : event.actor;
}

function Sentence({ event }: { event: PullEvent }) {
  switch (event.kind) {
    case "opened":
      return (
        <>
          opened it at <Commit oid={event.commit} />
        </>
      );
    case "pushed":
      return (
        <>
          pushed <Commit oid={event.commit} />
        </>
      );
    case "check":
      return (
        <>
          checked <Commit oid={event.commit} />:{" "}
          <strong>{CHECKED[event.status ?? ""] ?? event.status}</strong>, {visible(event.title ?? "")}
        </>
      );
    case "comment":
      return event.path ? (
        <>
          commented on{" "}
          <code>
            {visibleCode(event.path)}:{event.line}
          </code>
        </>
      ) : (
        <>commented</>
      );
    case "review":
      if (event.status === "approved" || event.status === "refused") {
        return (
          <>
            {event.status === "approved" ? "approved" : "asked for changes to"} <Commit oid={event.commit} />
          </>
        );
      }
      return <>asked {visible(event.reviewer ?? "")} for a review</>;
    case "merged":
      return (
        <>
          merged it as <Commit oid={event.commit} />
        </>
      );
    case "closed":
      return <>closed it without merging</>;
  }
}

function Event({ event }: { event: PullEvent }) {
  const Icon = ICONS[event.kind];
  return (
    <li className={`talk__item${event.body ? " talk__item--said" : ""}`}>
      <span className="talk__icon">
        <Icon className="icon" aria-hidden />
      </span>
      <div className="talk__what">
        <p className="small dim wrap">
          <strong className="ink">{visible(who(event))}</strong> <Sentence event={event} />
          <span className="faint">
            {" "}
            <Ago at={event.at} />
          </span>
        </p>
        {event.body ? <p className="talk__body wrap lines">{visible(event.body)}</p> : null}
      </div>
    </li>
  );
}

function useComment({ number, repository }: PullKey, done: () => void) {
  return useMutation({
    mutationFn: (body: string) =>
      once(["comment", repository, number, body], (key) =>
        take(
          api.POST("/api/v1/pulls/{number}/comments", {
            params: { path: { number }, query: { repository } },
            body: { body },
            headers: { "Idempotency-Key": key },
          }),
        ),
      ),
    onSuccess: async () => {
      done();
      await queryClient.invalidateQueries({ queryKey: ["pulls"] });
    },
  });
}

function CommentForm({ pull, about }: { pull: PullKey; about: string | undefined }) {
  const me = useQuery(meQuery);
  const [text, setText] = useState(about ? `${about}: ` : "");
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const comment = useComment(pull, () => setText(""));
  useEffect(() => {
    if (about) field.current?.focus();
  }, [about]);
  const mayNot = me.data && !me.data.permissions.includes("propose") ? "Your role may not comment" : null;
  const blocked = mayNot ?? (text.trim() ? null : "There is nothing written yet");
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (!blocked && !comment.isPending) comment.mutate(text.trim());
  };
  return (
    <form className="stack" onSubmit={send}>
      <label htmlFor={id} className="label">
        Your comment, shown as plain text
      </label>
      <textarea
        ref={field}
        id={id}
        className="textarea"
        maxLength={8000}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) send(event);
        }}
      />
      {comment.error ? <ErrorBox error={comment.error} /> : null}
      <div className="row">
        <Button type="submit" blocked={blocked} busy={comment.isPending}>
          Comment
        </Button>
        {mayNot ? <span className="small dim">{mayNot}: an author or a maintainer may.</span> : null}
      </div>
    </form>
  );
}

export function ConversationTab({ pull, about }: { pull: Pull; about: string | undefined }) {
  const events = useQuery(eventsQuery(pull));
  const body = plain(pull.body).trim();
  return (
    <div className="stack stack--wide">
      {body ? (
        <details className="card card__body">
          <summary>What it says of itself</summary>
          <pre className="talk__text wrap">{visible(body)}</pre>
        </details>
      ) : null}
      <Result query={events} what="the conversation">
        {(found) => (
          <ol className="talk" aria-label="What happened, oldest first">
            {found.items.map((event, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: events are appended only.
              <Event key={index} event={event} />
            ))}
          </ol>
        )}
      </Result>
      <CommentForm pull={pull} about={about} />
    </div>
  );
}
