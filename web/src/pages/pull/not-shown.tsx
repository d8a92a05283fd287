/** Where a pull request would be: on its way, not to be had, or of a repository that a person has to name. */
import { Link } from "@tanstack/react-router";
import { Problem } from "@/api/problem";
import { ErrorBox, Loading } from "@/ui/states";
import { visible } from "@/ui/visible";

export function NotShown({ number, error, again }: { number: number; error: unknown; again: () => void }) {
  if (error instanceof Problem && error.candidates.length > 0) {
    return <WhichRepository number={number} names={error.candidates} />;
  }
  return error ? <ErrorBox error={error} again={again} /> : <Loading what="the pull request" lines={8} />;
}

/** The same number is another pull request in each repository. */
function WhichRepository({ number, names }: { number: number; names: readonly string[] }) {
  return (
    <section className="card card__body stack" aria-label="Which repository">
      <p>Several repositories have pull requests of their own. Of which one is #{number}?</p>
      <div className="row">
        {names.map((name) => (
          <Link
            key={name}
            className="btn"
            to="/pulls/$number"
            params={{ number: String(number) }}
            search={{ repository: name }}
          >
            {visible(name)}
          </Link>
        ))}
      </div>
    </section>
  );
}
