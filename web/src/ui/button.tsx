/** Buttons: verbs that say what happens. A disabled one keeps its place, stays focusable and says why. */
import type { ButtonHTMLAttributes, ReactNode } from "react";

type Look = "plain" | "primary" | "danger" | "quiet" | "icon" | "panic";

const LOOKS: Record<Look, string> = {
  plain: "btn",
  primary: "btn btn--primary",
  danger: "btn btn--danger",
  quiet: "btn btn--quiet",
  icon: "btn btn--quiet btn--icon",
  panic: "btn btn--panic",
};

interface Props extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "disabled"> {
  look?: Look;
  /** Why it can't be used now; shown as its title and to screen readers. The button stays focusable. */
  blocked?: string | null | false;
  busy?: boolean;
  /** False while it has just appeared: it takes no click yet, and looks the same. */
  ready?: boolean;
  children?: ReactNode;
}

export function Button({
  look = "plain",
  blocked,
  busy = false,
  ready = true,
  className,
  onClick,
  children,
  type,
  ...rest
}: Props) {
  const off = Boolean(blocked) || busy || !ready;
  return (
    <button
      {...rest}
      type={type ?? "button"}
      className={`${LOOKS[look]}${className ? ` ${className}` : ""}`}
      aria-disabled={off || undefined}
      aria-busy={busy || undefined}
      data-settling={(!ready && !blocked && !busy) || undefined}
      title={blocked || rest.title}
      onClick={(event) => {
        if (off) {
          event.preventDefault();
          return;
        }
        onClick?.(event);
      }}
    >
      {children}
      {blocked ? <span className="sr">, not possible: {blocked}</span> : null}
    </button>
  );
}
