/** No runbook yet: what this place is for, with a real example. */
import { Link } from "@tanstack/react-router";
import { ArrowRight } from "lucide-react";
import { Profile, Risk } from "@/ui/risk";
import { ImportLink } from "./import-link";

const EXAMPLE = `Disk is full on the database host:
    df -h /var/lib/postgresql
if over 90 % drop the old logs
    find /var/log/postgresql -mtime +7 -delete
then tell the on-call lead`;

export function EmptyRunbooks() {
  return (
    <section className="card empty" aria-labelledby="empty-title">
      <div className="stack">
        <h2 id="empty-title" className="title-l">
          Paste the runbook you already have
        </h2>
        <p className="dim">
          A wiki page, a README, a chat message. You get steps with risk, the source text stays unchanged, and
          nothing runs until a pull request is merged. Secrets are masked before anything reads them.
        </p>
        <div className="row">
          <ImportLink />
        </div>
        <p className="small faint">
          Already in git? <Link to="/sync">See the repositories</Link>: sync finds every{" "}
          <code>kind: Runbook</code> below <code>runbooks/</code>.
        </p>
      </div>
      <div className="stack">
        <figure className="paste" aria-label="Example of a pasted runbook">
          {EXAMPLE}
        </figure>
        <div className="row small">
          <ArrowRight className="icon" aria-hidden />
          <Profile risks={["unknown", "dangerous", "manual"]} />
          <span className="dim">3 steps:</span>
          <Risk risk="unknown" />
          <Risk risk="dangerous" />
          <Risk risk="manual" />
        </div>
      </div>
    </section>
  );
}
