/** Members: who is here with which role; owners add, change and remove. */
import { useState } from "react";
import { Button } from "@/ui/button";
import { Cell, SectionHead } from "@/ui/cell";
import { LoadMore } from "@/ui/load-more";
import { Confirm } from "@/ui/overlay";
import { Result, Table } from "@/ui/page";
import { ErrorBox } from "@/ui/states";
import { Ago } from "@/ui/time";
import { visible } from "@/ui/visible";
import {
  type Me,
  type Member,
  ROLES,
  type Role,
  useAddMember,
  useChangeRole,
  useMembers,
  useRemoveMember,
  useSignInLink,
} from "./queries";
import { Secret } from "./secret";

const MAY_NOT = "Only owners manage members";

export function Members({ me }: { me: Me }) {
  const members = useMembers();
  const link = useSignInLink();
  const [removing, setRemoving] = useState<Member | null>(null);
  const mayNot = me.permissions.includes("members") ? null : MAY_NOT;
  return (
    <>
      <SectionHead title="Members" id="members">
        A role includes those above it. Policy in git may ask for more, never for less.
      </SectionHead>
      {mayNot ? null : <AddMember />}
      <SignInUrl link={link} />
      <Result query={members} what="members">
        {(items) => (
          <>
            <Table stacked caption="Members" heads={["Member", "Role", "Since", "Actions"]}>
              {items.map((member) => (
                <Row
                  key={member.id}
                  member={member}
                  isYou={member.id === me.id}
                  mayNot={mayNot}
                  link={link}
                  onRemove={() => setRemoving(member)}
                />
              ))}
            </Table>
            <LoadMore pages={members} noun="members" />
          </>
        )}
      </Result>
      {removing ? <RemoveMember member={removing} onClose={() => setRemoving(null)} /> : null}
    </>
  );
}

type Link = ReturnType<typeof useSignInLink>;

/** The URL with whom it signs in: the wrong person would get the wrong rights. */
function SignInUrl({ link }: { link: Link }) {
  const email = visible(link.variables?.email ?? "");
  if (link.error) {
    return (
      <>
        <p>No sign-in URL was shown for {email}.</p>
        <ErrorBox error={link.error} />
      </>
    );
  }
  if (!link.data) return null;
  return (
    <Secret title={`A sign-in URL for ${email}, which works once`} text={link.data.url} onDone={link.reset}>
      Send it to {email} alone: whoever opens it first is signed in as them. It is good for{" "}
      {link.data.minutes} minutes.
    </Secret>
  );
}

function AddMember() {
  const add = useAddMember();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("responder");
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate({ email: email.trim(), role }, { onSuccess: () => setEmail("") });
      }}
    >
      <label>
        <span className="label">E-mail address</span>
        <input
          className="field"
          type="email"
          required
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          placeholder="morgan@example.com"
          autoComplete="off"
        />
      </label>
      <div className="control">
        <span className="label">Role</span>
        <RoleSelect aria-label="Role of the new member" value={role} onChange={setRole} />
      </div>
      <Button
        type="submit"
        busy={add.isPending}
        blocked={email.trim() ? null : "Write an e-mail address first"}
      >
        Add the member
      </Button>
      {add.error ? <ErrorBox error={add.error} /> : null}
    </form>
  );
}

function RoleSelect({
  value,
  onChange,
  ...rest
}: {
  value: Role;
  onChange: (role: Role) => void;
  "aria-label"?: string;
}) {
  return (
    <select
      className="select"
      value={value}
      onChange={(event) => onChange(event.target.value as Role)}
      {...rest}
    >
      {ROLES.map(([role, may]) => (
        <option key={role} value={role}>
          {role}: {may}
        </option>
      ))}
    </select>
  );
}

interface RowProps {
  member: Member;
  isYou: boolean;
  mayNot: string | null;
  link: Link;
  onRemove: () => void;
}

function Row({ member, isYou, mayNot, link, onRemove }: RowProps) {
  const [wanted, setWanted] = useState<Role | null>(null);
  const name = visible(member.email);
  const making = link.isPending ? link.variables?.id : null;
  return (
    <tr>
      <Cell label="Member">
        <strong>{name}</strong> {isYou ? <span className="tag">you</span> : null}
        {member.displayName ? <p className="small faint">{visible(member.displayName)}</p> : null}
      </Cell>
      <Cell label="Role">
        {mayNot ? (
          member.role
        ) : (
          <RoleSelect aria-label={`Role of ${name}`} value={member.role} onChange={setWanted} />
        )}
        {wanted && wanted !== member.role ? (
          <ChangeRole member={member} isYou={isYou} role={wanted} onClose={() => setWanted(null)} />
        ) : null}
      </Cell>
      <Cell label="Since">
        <Ago at={member.createdAt} />
      </Cell>
      <Cell label="Actions">
        <div className="row">
          <Button
            blocked={mayNot ?? (making && making !== member.id ? "Another one is being made" : null)}
            busy={making === member.id}
            aria-label={`Make a sign-in URL for ${name}`}
            onClick={() => link.mutate(member)}
          >
            {making === member.id ? "Making it…" : "Sign-in URL"}
          </Button>
          <Button blocked={mayNot} aria-label={`Remove ${name}…`} onClick={onRemove}>
            Remove…
          </Button>
        </div>
      </Cell>
    </tr>
  );
}

function mayOf(role: Role): string {
  return ROLES.find(([word]) => word === role)?.[1] ?? role;
}

/** A role is what somebody may do in production: a slip in the list must not give it. */
function ChangeRole(props: { member: Member; isYou: boolean; role: Role; onClose: () => void }) {
  const { member, isYou, role, onClose } = props;
  const change = useChangeRole();
  const email = visible(member.email);
  return (
    <Confirm
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Make ${email} ${role}?`}
      description={
        <>
          Now {member.role}: {mayOf(member.role)}. Then {role}: {mayOf(role)}. It counts at once
          {isYou ? ", and it is your own role: you may not be able to take it back" : ""}.
        </>
      }
      action={
        <Button
          look="primary"
          busy={change.isPending}
          onClick={() => change.mutate({ id: member.id, role }, { onSuccess: onClose })}
        >
          Make {email} {role}
        </Button>
      }
    >
      {change.error ? <ErrorBox error={change.error} /> : null}
    </Confirm>
  );
}

function RemoveMember({ member, onClose }: { member: Member; onClose: () => void }) {
  const remove = useRemoveMember();
  return (
    <Confirm
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Remove ${visible(member.email)}?`}
      description="Their sessions and tokens end at once. What they did stays in the audit trail."
      action={
        <Button
          look="primary"
          busy={remove.isPending}
          onClick={() => remove.mutate(member.id, { onSuccess: onClose })}
        >
          Remove {visible(member.email)}
        </Button>
      }
    >
      {remove.error ? <ErrorBox error={remove.error} /> : null}
    </Confirm>
  );
}
