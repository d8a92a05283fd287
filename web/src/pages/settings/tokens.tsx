/** API tokens: for the command line and for programs. A token's text is shown once. */
import { useState } from "react";
import type { Schemas } from "@/api/client";
import { Button } from "@/ui/button";
import { Cell, SectionHead } from "@/ui/cell";
import { LoadMore } from "@/ui/load-more";
import { Confirm } from "@/ui/overlay";
import { Result, Table } from "@/ui/page";
import { Empty, ErrorBox } from "@/ui/states";
import { Ago } from "@/ui/time";
import { visible } from "@/ui/visible";
import { type Me, type Token, useMakeToken, useRevokeToken, useTokens } from "./queries";
import { Secret } from "./secret";

const DAYS: readonly [days: number, label: string][] = [
  [7, "7 days"],
  [30, "30 days"],
  [90, "90 days"],
  [365, "a year"],
];

/** What a token may do: everything of its maker's role, or reading alone. */
const REACHES = {
  all: { label: "everything that I may", scopes: [] as Schemas["Permission"][] },
  read: { label: "reading only", scopes: ["read"] as Schemas["Permission"][] },
} as const;
type Reach = keyof typeof REACHES;

/** `active`, or why it no longer works. */
export function tokenState(token: Pick<Token, "revokedAt" | "expiresAt">, now: number): string {
  if (token.revokedAt) return "revoked";
  return token.expiresAt && Date.parse(token.expiresAt) < now ? "expired" : "active";
}

export function Tokens({ me }: { me: Me }) {
  const tokens = useTokens();
  const [revoking, setRevoking] = useState<Token | null>(null);
  const all = me.permissions.includes("tokens");
  return (
    <>
      <SectionHead title="API tokens" id="tokens">
        {all ? "All tokens of this tenant." : "Your own tokens."} A token acts as who made it, for{" "}
        <code>dd0c --token</code> and <code>Authorization: Bearer</code>.
      </SectionHead>
      <MakeToken />
      <Result query={tokens} what="tokens">
        {(items) =>
          items.length === 0 ? (
            <Empty title="No token yet">
              <p>Make one to use the command line from another machine, or from a program.</p>
            </Empty>
          ) : (
            <>
              <List items={items} onRevoke={setRevoking} />
              <LoadMore pages={tokens} noun="tokens" />
            </>
          )
        }
      </Result>
      {revoking ? <RevokeToken token={revoking} onClose={() => setRevoking(null)} /> : null}
    </>
  );
}

function MakeToken() {
  const make = useMakeToken();
  const [name, setName] = useState("");
  const [days, setDays] = useState(90);
  const [reach, setReach] = useState<Reach>("all");
  if (make.data) {
    return (
      <Secret title="The new token, shown this once" text={make.data.token} onDone={make.reset}>
        It is not kept here and can't be shown again. Whoever has it acts as you.
      </Secret>
    );
  }
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        const wanted = { name: name.trim(), days, scopes: REACHES[reach].scopes };
        make.mutate(wanted, { onSuccess: () => setName("") });
      }}
    >
      <label>
        <span className="label">Name</span>
        <input
          className="field"
          required
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
          placeholder="laptop"
          autoComplete="off"
        />
      </label>
      <label>
        <span className="label">May do</span>
        <select className="select" value={reach} onChange={(event) => setReach(event.target.value as Reach)}>
          {Object.entries(REACHES).map(([value, { label }]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <label className="control--short">
        <span className="label">Good for</span>
        <select className="select" value={days} onChange={(event) => setDays(Number(event.target.value))}>
          {DAYS.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <Button type="submit" busy={make.isPending} blocked={name.trim() ? null : "Name it first"}>
        Make a token
      </Button>
      {make.error ? <ErrorBox error={make.error} /> : null}
    </form>
  );
}

function List({ items, onRevoke }: { items: readonly Token[]; onRevoke: (token: Token) => void }) {
  const now = Date.now();
  return (
    <Table stacked caption="API tokens" heads={["Token", "Of", "May do", "Used", "Ends", "Actions"]}>
      {items.map((token) => {
        const state = tokenState(token, now);
        return (
          <tr key={token.id}>
            <Cell label="Token">
              <strong>{visible(token.name)}</strong>{" "}
              {state === "active" ? null : <span className="tag">{state}</span>}
            </Cell>
            <Cell label="Of">
              <span className="dim">{visible(token.email)}</span>
            </Cell>
            <Cell label="May do">
              <span className="dim">{token.scopes.length ? token.scopes.join(", ") : "all of the role"}</span>
            </Cell>
            <Cell label="Used">
              <Ago at={token.lastUsedAt} />
            </Cell>
            <Cell label="Ends">{token.expiresAt ? <Ago at={token.expiresAt} /> : "never"}</Cell>
            <Cell label="Actions">
              {state === "active" ? (
                <Button
                  aria-label={`Revoke the token ${visible(token.name)}…`}
                  onClick={() => onRevoke(token)}
                >
                  Revoke…
                </Button>
              ) : (
                <span className="faint">none</span>
              )}
            </Cell>
          </tr>
        );
      })}
    </Table>
  );
}

function RevokeToken({ token, onClose }: { token: Token; onClose: () => void }) {
  const revoke = useRevokeToken();
  return (
    <Confirm
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Revoke the token ${visible(token.name)}?`}
      description="The next call with it is refused. Programs that use it stop working; a new token has another text."
      action={
        <Button
          look="primary"
          busy={revoke.isPending}
          onClick={() => revoke.mutate(token.id, { onSuccess: onClose })}
        >
          Revoke {visible(token.name)}
        </Button>
      }
    >
      {revoke.error ? <ErrorBox error={revoke.error} /> : null}
    </Confirm>
  );
}
