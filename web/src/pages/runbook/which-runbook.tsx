/** Where a runbook would be: on its way, not to be had, or one of several repositories that a person has to name. */
import { Link } from "@tanstack/react-router";
import { Problem } from "@/api/problem";
import { ErrorBox, Loading } from "@/ui/states";
import { visible } from "@/ui/visible";

interface Props {
  name: string;
  error: unknown;
  tab: string | undefined;
  again: () => void;
}

export function RunbookNotShown({ name, error, tab, again }: Props) {
  if (!error) return <Loading what="the runbook" lines={10} />;
  if (!(error instanceof Problem) || error.ids.length === 0) return <ErrorBox error={error} again={again} />;
  return (
    <section className="card card__body stack" aria-label="Which repository">
      <p>
        Several repositories have a runbook <code>{visible(name)}</code>. Of which one?
      </p>
      <div className="row">
        {error.ids.map((id, index) => (
          <Link
            key={id}
            className="btn"
            to="/runbooks/$runbook"
            params={{ runbook: id }}
            search={tab ? { tab } : {}}
          >
            {visible(error.candidates[index] ?? id)}
          </Link>
        ))}
      </div>
    </section>
  );
}
