/** The bar on every signed-in page: places, find, panic, who you are. */
import { useQuery } from "@tanstack/react-query";
import { Link, useRouterState } from "@tanstack/react-router";
import { CircleAlert, Menu, Search } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { Page } from "@/api/pages";
import { asProblem } from "@/api/problem";
import { meQuery, openExecutionsQuery, pullsQuery } from "@/api/queries";
import { Button } from "@/ui/button";
import { visible } from "@/ui/visible";
import { useLeave, useStillSignedIn } from "./actions";
import { PanicControl } from "./panic";
import { PLACES } from "./places";
import { type Theme, useTheme } from "./theme";

/** `7`, `100+` where there are more than were asked for, nothing for none. Pure. */
export function countText(page: Page<unknown> | undefined): string {
  if (!page || page.items.length === 0) return "";
  return `${page.items.length}${page.nextCursor ? "+" : ""}`;
}

function useCounts(): Record<string, string> {
  const executions = useQuery(openExecutionsQuery);
  const pulls = useQuery(pullsQuery);
  return { "/executions": countText(executions.data), "/pulls": countText(pulls.data) };
}

export function Brand() {
  return (
    <>
      <svg viewBox="0 0 20 20" aria-hidden="true">
        <path
          d="M3 3v14M3 7c0 4 12 2 12 8"
          fill="none"
          stroke="currentColor"
          strokeWidth="2"
          strokeLinecap="round"
        />
        <circle cx="3" cy="3" r="2" fill="currentColor" />
        <path d="m15 12 3 3-3 3-3-3Z" fill="currentColor" />
      </svg>
      dd0c<span>/run</span>
    </>
  );
}

function AccountMenu({ phone }: { phone: boolean }) {
  const me = useQuery(meQuery);
  const [theme, setTheme] = useTheme();
  const leave = useLeave();
  const email = me.data?.email ?? "";
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger
        className={phone ? "btn btn--quiet btn--icon only-phone" : "account not-phone"}
        aria-label={phone ? "Menu" : `Your account, ${email}`}
      >
        {phone ? (
          <Menu className="icon" aria-hidden />
        ) : (
          <span className="avatar" aria-hidden="true">
            {(email[0] ?? "?").toUpperCase()}
          </span>
        )}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={8} collisionPadding={12}>
          <DropdownMenu.Label className="menu__label">
            {email}
            {me.data ? `, ${me.data.role} of ${me.data.tenant.title || me.data.tenant.slug}` : ""}
          </DropdownMenu.Label>
          {PLACES.map((place) => (
            <DropdownMenu.Item key={place.to} asChild className="menu__item">
              <Link to={place.to}>{place.label}</Link>
            </DropdownMenu.Item>
          ))}
          <DropdownMenu.Label className="menu__label">Theme</DropdownMenu.Label>
          <DropdownMenu.RadioGroup value={theme} onValueChange={(value) => setTheme(value as Theme)}>
            {(["system", "light", "dark"] as const).map((value) => (
              <DropdownMenu.RadioItem key={value} value={value} className="menu__item">
                <span className="w-4" aria-hidden="true">
                  {value === theme ? "✓" : ""}
                </span>
                {value === "system" ? "As the system" : value === "light" ? "Light" : "Dark"}
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
          <DropdownMenu.Item className="menu__item" onSelect={() => leave.mutate()}>
            Sign out
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** Somebody who leaves a shared machine must know that it did not work: the menu that asked is closed by then. */
export function LeaveBanner() {
  const error = useStillSignedIn();
  const leave = useLeave();
  if (!error) return null;
  return (
    <div className="banner" role="alert">
      <CircleAlert className="icon" aria-hidden />
      <strong>You may still be signed in</strong>
      <span className="dim">{visible(asProblem(error).message)}</span>
      <Button className="push" busy={leave.isPending} onClick={() => leave.mutate()}>
        Sign out again
      </Button>
    </div>
  );
}

export function TopBar({ onFind }: { onFind: () => void }) {
  const counts = useCounts();
  const path = useRouterState({ select: (state) => state.location.pathname });
  return (
    <header className="topbar">
      <Link className="brand" to="/runbooks" aria-label="dd0c/run, to the runbooks">
        <Brand />
      </Link>
      <nav className="nav" aria-label="Main">
        {PLACES.filter((place) => place.bar).map((place) => (
          <Link key={place.to} to={place.to} aria-current={path.startsWith(place.to) ? "page" : undefined}>
            {place.label}
            {counts[place.to] ? <span className="count">{counts[place.to]}</span> : null}
          </Link>
        ))}
      </nav>
      <button type="button" className="find push" aria-keyshortcuts="Meta+K Control+K" onClick={onFind}>
        <Search className="icon" aria-hidden />
        <span className="sr">Find a runbook, an execution or an action</span>
        <span aria-hidden="true">Find</span>
        <span className="kbd mono" aria-hidden="true">
          {/Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘K" : "Ctrl K"}
        </span>
      </button>
      <PanicControl />
      <AccountMenu phone={false} />
      <AccountMenu phone />
    </header>
  );
}
