/** Filters in the address: a filtered trail can be sent to a colleague. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { X } from "lucide-react";
import { agentsQuery, membersQuery } from "@/api/queries";
import { Button } from "@/ui/button";
import { visible, visibleCode } from "@/ui/visible";
import { FAMILIES, type Filters, isFiltered, SPANS, withFilter } from "./filters";

interface Choice {
  value: string;
  label: string;
}

/** Everyone who may have acted: members, agents, and parts of the product. */
function useActors(): Choice[] {
  const members = useQuery(membersQuery);
  const agents = useQuery(agentsQuery);
  return [
    ...(members.data?.items ?? []).map((item) => ({ value: `member:${item.id}`, label: item.email })),
    ...(agents.data?.items ?? []).map((item) => ({ value: `agent:${item.id}`, label: `agent ${item.name}` })),
    ...["engine", "timers", "sync", "git", "link", "enroll", "host"].map((part) => ({
      value: `system:${part}`,
      label: `the product: ${part}`,
    })),
  ];
}

/** The choices, with the value that the address has and none of them is. */
export function withChosen(choices: readonly Choice[], value: string | undefined): readonly Choice[] {
  if (!value || choices.some((choice) => choice.value === value)) return choices;
  return [{ value, label: value }, ...choices];
}

export function FilterBar({ filters }: { filters: Filters }) {
  const navigate = useNavigate({ from: "/audit" });
  const actors = useActors();
  const set = (name: keyof Filters, value: string) =>
    void navigate({ search: withFilter(filters, name, value), replace: true });
  return (
    <search className="filters" aria-label="Filter the trail">
      <Select
        label="Event"
        all="All events"
        value={filters.type}
        choices={FAMILIES.map(([value, label]) => ({ value, label }))}
        onChange={(value) => set("type", value)}
      />
      <Select
        label="By"
        all="By anyone"
        value={filters.actor}
        choices={actors}
        onChange={(value) => set("actor", value)}
      />
      <Select
        label="When"
        all="At any time"
        value={filters.within}
        choices={SPANS.map(([value, label]) => ({ value, label }))}
        onChange={(value) => set("within", value)}
      />
      {filters.execution ? (
        <span className="chip chip--on">
          execution <code>{visibleCode(filters.execution)}</code>
          <Button look="icon" aria-label="Show all executions" onClick={() => set("execution", "")}>
            <X className="icon" aria-hidden />
          </Button>
        </span>
      ) : null}
      {isFiltered(filters) ? (
        <Button look="quiet" onClick={() => void navigate({ search: {}, replace: true })}>
          Show everything
        </Button>
      ) : null}
    </search>
  );
}

interface SelectProps {
  label: string;
  all: string;
  value: string | undefined;
  choices: readonly Choice[];
  onChange: (value: string) => void;
}

function Select({ label, all, value, choices, onChange }: SelectProps) {
  return (
    <select
      className="select"
      aria-label={label}
      value={value ?? ""}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">{all}</option>
      {withChosen(choices, value).map((choice) => (
        <option key={choice.value} value={choice.value}>
          {visible(choice.label).slice(0, 80)}
        </option>
      ))}
    </select>
  );
}
