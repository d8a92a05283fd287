/** How to come in: the one-time URL, opened or pasted here. What was pasted before is still there afterwards. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { type FormEvent, useId, useState } from "react";
import { api, take } from "@/api/client";
import { meQuery } from "@/api/queries";
import { hasOpenDraft } from "@/pages/import/draft";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/overlay";
import { Terminal } from "@/ui/page";
import { ErrorBox } from "@/ui/states";

/** The token in a sign-in URL, or the token itself; null of anything else. */
export function tokenOf(text: string): string | null {
  const trimmed = text.trim();
  if (/^[A-Za-z0-9_-]{16,256}$/.test(trimmed)) return trimmed;
  try {
    return new URL(trimmed).searchParams.get("token");
  } catch {
    // Not a URL: the field says what it wants.
    return null;
  }
}

export function SignIn({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Sign in"
      description="Paste the sign-in URL that make run printed. Your text stays here."
    >
      {open ? <Form /> : null}
      <p className="dim">For a new one, on the machine of the controller:</p>
      <Terminal>.venv/bin/dd0c sign-in-url</Terminal>
      <p className="dim small">Or ask an owner for one of your own. Each works once.</p>
    </Dialog>
  );
}

function Form() {
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState(false);
  const field = useId();
  const client = useQueryClient();
  const router = useRouter();
  const enter = useMutation({
    mutationFn: (token: string) => take(api.POST("/api/v1/session", { body: { token } })),
    onSuccess: async () => {
      await client.resetQueries({ queryKey: meQuery.queryKey });
      await router.navigate({ to: hasOpenDraft() ? "/import" : "/runbooks" });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const token = tokenOf(text);
    setWrong(!token);
    if (token) enter.mutate(token);
  };
  return (
    <form className="stack" onSubmit={submit}>
      <div>
        <label htmlFor={field} className="label">
          Sign-in URL
        </label>
        <input
          id={field}
          className="field mono"
          type="password"
          autoComplete="off"
          value={text}
          placeholder="http://localhost:8440/sign-in?token=…"
          aria-invalid={wrong || undefined}
          aria-describedby={`${field}-says`}
          onChange={(event) => setText(event.target.value)}
        />
        <p id={`${field}-says`} className="small dim">
          {wrong
            ? "That is no sign-in URL: it ends with ?token= and a long word."
            : "It is used up by signing in."}
        </p>
      </div>
      {enter.error ? <ErrorBox error={enter.error} /> : null}
      <Button look="primary" type="submit" busy={enter.isPending}>
        {enter.isPending ? "Signing in" : "Sign in"}
      </Button>
    </form>
  );
}
