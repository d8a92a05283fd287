/** Which runbooks are shown: search, chips and choices, all in the address. */
import { getRouteApi, Link } from "@tanstack/react-router";
import { CircleDashed, RefreshCw, Search, TriangleAlert } from "lucide-react";
import { useRef } from "react";
import { EXACT } from "@/review/exact";
import { useShortcuts } from "@/shell/shortcuts";
import { Shape } from "@/ui/risk";
import { visible } from "@/ui/visible";
import { choices, type Filter, type Item, matches, type Sync } from "./filter";
import { moveFocus } from "./move-focus";

const route = getRouteApi("/app/runbooks");

interface ChipProps {
  on: boolean;
  search: Filter;
  count: number;
  children: React.ReactNode;
}

function Chip({ on, search, count, children }: ChipProps) {
  return (
    <Link
      to="/runbooks"
      search={search}
      replace
      className={`chip chip--tall${on ? " chip--on" : ""}`}
      aria-current={on ? "true" : undefined}
      activeOptions={EXACT}
    >
      {children} <span className="faint">{count}</span>
    </Link>
  );
}

function Choice({
  label,
  value,
  values,
  onChoose,
}: {
  label: string;
  value: string | undefined;
  values: readonly string[];
  onChoose: (value: string | undefined) => void;
}) {
  if (values.length === 0) return null;
  return (
    <select
      className="chip chip--tall chip--select"
      aria-label={label}
      value={value ?? ""}
      onChange={(event) => onChoose(event.target.value || undefined)}
    >
      <option value="">{label}</option>
      {values.map((item) => (
        <option key={item} value={item}>
          {visible(item)}
        </option>
      ))}
    </select>
  );
}

/** Another value for one part of the filter; what is empty leaves the address. */
function withPart(filter: Filter, part: Filter): Filter {
  const next: Filter = { ...filter, ...part };
  for (const name of Object.keys(next) as (keyof Filter)[]) if (!next[name]) delete next[name];
  return next;
}

export function Filters({
  items,
  sync,
  filter,
}: {
  items: readonly Item[];
  sync: Sync | undefined;
  filter: Filter;
}) {
  const navigate = route.useNavigate();
  const field = useRef<HTMLInputElement>(null);
  const go = (part: Filter) => void navigate({ search: withPart(filter, part), replace: true });
  const count = (part: Filter) => items.filter((item) => matches(item, part, sync)).length;
  useShortcuts("Runbooks", [
    { keys: "j", label: "Next runbook", run: () => moveFocus("a.row-link", 1) },
    { keys: "k", label: "Runbook before", run: () => moveFocus("a.row-link", -1) },
    { keys: "/", label: "Filter", run: () => field.current?.focus() },
  ]);
  return (
    <search className="row filters">
      <label className="find find--wide">
        <Search className="icon" aria-hidden />
        <span className="sr">Filter by name, service or owner</span>
        <input
          ref={field}
          type="search"
          placeholder="Filter by name, service, owner"
          value={filter.q ?? ""}
          maxLength={200}
          onChange={(event) => go({ q: event.target.value })}
        />
      </label>
      <Chip on={Object.keys(filter).length === 0} search={{}} count={items.length}>
        All
      </Chip>
      <Chip
        on={filter.risk === "dangerous"}
        search={withPart(filter, { risk: filter.risk === "dangerous" ? "" : "dangerous" })}
        count={count({ risk: "dangerous" })}
      >
        <Shape risk="dangerous" /> Has dangerous steps
      </Chip>
      <Chip
        on={filter.sync === "not"}
        search={withPart(filter, { sync: filter.sync === "not" ? "" : "not" })}
        count={count({ sync: "not" })}
      >
        <RefreshCw className="icon icon--s" aria-hidden /> Not synced
      </Chip>
      <Chip
        on={filter.run === "never"}
        search={withPart(filter, { run: filter.run === "never" ? "" : "never" })}
        count={count({ run: "never" })}
      >
        <CircleDashed className="icon icon--s" aria-hidden /> Never run
      </Chip>
      <Chip
        on={filter.stale === "yes"}
        search={withPart(filter, { stale: filter.stale === "yes" ? "" : "yes" })}
        count={count({ stale: "yes" })}
      >
        <TriangleAlert className="icon icon--s" aria-hidden /> Stale
      </Chip>
      <Choice
        label="Owner"
        value={filter.owner}
        values={choices(items, (item) => item.owners)}
        onChoose={(owner) => go({ owner: owner ?? "" })}
      />
      <Choice
        label="Service"
        value={filter.service}
        values={choices(items, (item) => [item.service])}
        onChoose={(service) => go({ service: service ?? "" })}
      />
      <span className="push small faint not-phone">
        <kbd className="kbd">j</kbd> <kbd className="kbd">k</kbd> move, <kbd className="kbd">Enter</kbd> opens
      </span>
    </search>
  );
}
