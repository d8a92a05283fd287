/** A cell of a stacked table: on a phone its column's head stands beside it. */
import type { ReactNode } from "react";

export function Cell({ label, children }: { label: string; children: ReactNode }) {
  return (
    <td data-label={label}>
      <div>{children}</div>
    </td>
  );
}

/** A heading inside a page, with one line that says what the part is for, and what can be done there. */
export function SectionHead({
  title,
  id,
  action,
  children,
}: {
  title: string;
  id?: string;
  action?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <div className="section-head">
      <h2 id={id}>{title}</h2>
      {action ? <div className="push row">{action}</div> : null}
      {children ? <p>{children}</p> : null}
    </div>
  );
}
