/** When there is no page, or a page failed: what happened, and where to go from here. */
import { useEffect } from "react";
import { Button } from "@/ui/button";
import { ErrorBox } from "@/ui/states";
import { useTitle } from "@/ui/title";
import { visibleCode } from "@/ui/visible";
import { Brand } from "./topbar";

export function NotFound() {
  useTitle("No such page");
  return (
    <main id="main" className="gate-door">
      <a className="brand" href="/" aria-label="dd0c/run, to the first page">
        <Brand />
      </a>
      <section className="card card__body stack">
        <h1>There is no page at this address</h1>
        <p>
          <code>{visibleCode(window.location.pathname)}</code>
        </p>
        <p className="dim">
          It may have been mistyped, or cut by a chat or a mail program. What it named is found from the first
          page with ⌘K, or Ctrl K.
        </p>
        <div className="row">
          <a className="btn btn--primary" href="/">
            To the first page
          </a>
        </div>
      </section>
    </main>
  );
}

/** A part of the app that can't be fetched: a newer version of the product was installed under this page. */
export function isOutdated(error: unknown): boolean {
  return error instanceof TypeError && /dynamically imported module|module script/i.test(error.message);
}

/** The border of errors: whatever a page threw ends here, and the rest of the app goes on. */
export function Broken({ error, reset }: { error: unknown; reset: () => void }) {
  useTitle("This page could not be shown");
  useEffect(() => {
    document.getElementById("broken")?.focus();
  }, []);
  return (
    <main id="main" className="page">
      <div className="stack">
        <h1 id="broken" tabIndex={-1}>
          {isOutdated(error) ? "This page is older than the product" : "This page could not be shown"}
        </h1>
        {isOutdated(error) ? (
          <p className="dim">
            A newer version was installed, or the connection was lost. Nothing was changed.
          </p>
        ) : (
          <ErrorBox error={error} again={reset} />
        )}
        <div className="row">
          <Button look="primary" onClick={() => window.location.reload()}>
            Reload the page
          </Button>
          <a className="btn" href="/">
            To the first page
          </a>
        </div>
      </div>
    </main>
  );
}
