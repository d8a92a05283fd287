/** The document at a glance: title, risks, coverage, what must be true before, and what it asks for. */
import { Pencil } from "lucide-react";
import { useContext, useId, useState } from "react";
import { Button } from "@/ui/button";
import { Profile, shownRisk, Tally } from "@/ui/risk";
import { visible, visibleCode } from "@/ui/visible";
import { coveragePercent, foundName, type Overrides, type Prerequisite, type Preview } from "../answer";
import { useLit } from "../lit";
import { count } from "../wording";
import { ImportContext } from "./context";
import { FixedValues, VariableChip } from "./variable-chip";

export function HeadCard({ preview, overrides }: { preview: Preview; overrides: Overrides }) {
  const [editing, setEditing] = useState(false);
  const form = useId();
  return (
    <div className="card">
      <div className="card__body stack">
        <div className="head-card__top">
          <div>
            <h3 className="title-l">{visible(preview.title)}</h3>
            <p className="dim">{aboutText(preview)}</p>
          </div>
          <Coverage preview={preview} />
          <Button
            look="icon"
            aria-label="Change title, service and name"
            aria-expanded={editing}
            aria-controls={form}
            onClick={() => setEditing(!editing)}
          >
            <Pencil className="icon" aria-hidden />
          </Button>
        </div>
        <div id={form} hidden={!editing}>
          {editing ? <Corrections preview={preview} overrides={overrides} /> : null}
        </div>
        <div className="head-card__risks">
          <Profile risks={preview.steps.map(shownRisk)} />
          <strong>{count(preview.steps.length, "step")}</strong>
          <span className="small">
            <Tally counts={preview.tally} />
          </span>
        </div>
        <Facts preview={preview} overrides={overrides} />
      </div>
    </div>
  );
}

function aboutText(preview: Preview): string {
  const about = [preview.service || "No service named"];
  if (preview.alerts.length > 0) {
    about.push(`for the alert${preview.alerts.length > 1 ? "s" : ""} ${preview.alerts.join(", ")}`);
  }
  return visible(about.join(" · "));
}

function Coverage({ preview }: { preview: Preview }) {
  const { sentences, accounted } = preview.coverage;
  return (
    <a
      className="small dim push coverage-link"
      href="#coverage"
      title={`${accounted} of ${sentences} sentences have a place`}
    >
      Coverage <strong>{coveragePercent(preview.coverage)} %</strong>
    </a>
  );
}

function Facts({ preview, overrides }: { preview: Preview; overrides: Overrides }) {
  const names = preview.variables.map((item) => item.name);
  const hasVariables =
    names.length > 0 || Object.values(overrides.variables ?? {}).some((made) => made.value);
  if (preview.prerequisites.length === 0 && !hasVariables) return null;
  return (
    <dl className="facts small head-card__facts">
      {preview.prerequisites.length > 0 ? (
        <>
          <dt>Before you start</dt>
          <dd>
            <ul className="prerequisites">
              {preview.prerequisites.map((item) => (
                <PrerequisiteLine key={item.id} item={item} />
              ))}
            </ul>
          </dd>
        </>
      ) : null}
      {hasVariables ? (
        <>
          <dt>Variables</dt>
          <dd className="row row--tight">
            {preview.variables.map((item) => (
              <VariableChip
                key={foundName(overrides, item.name)}
                variable={item}
                overrides={overrides}
                taken={names}
              />
            ))}
            <FixedValues overrides={overrides} />
          </dd>
        </>
      ) : null}
    </dl>
  );
}

function PrerequisiteLine({ item }: { item: Prerequisite }) {
  const lit = useLit(`prerequisite:${item.id}`);
  const { goTo } = useContext(ImportContext);
  const check = item.check?.command;
  return (
    <li className={lit.on ? "lit-line" : ""} data-place={`prerequisite:${item.id}`}>
      <button
        type="button"
        className="linkish linkish--text"
        onClick={() => goTo(`prerequisite:${item.id}`)}
        {...lit.handlers}
      >
        {visible(item.text)}
      </button>
      {typeof check === "string" ? (
        <span className="faint">
          {" "}
          checked by <code>{visibleCode(check)}</code>
        </span>
      ) : null}
    </li>
  );
}

function Corrections({ preview, overrides }: { preview: Preview; overrides: Overrides }) {
  const { correct } = useContext(ImportContext);
  return (
    <div className="corrections">
      <Field
        label="Title"
        max={200}
        initial={overrides.title ?? preview.title}
        onChange={(title) => correct({ title: title.trim() || undefined })}
      />
      <Field
        label="Service"
        max={200}
        initial={overrides.service ?? preview.service ?? ""}
        onChange={(service) => correct({ service: service.trim() })}
      />
      <Field
        label="Name, its identity for ever"
        max={100}
        mono
        initial={overrides.name ?? preview.name}
        onChange={(name) => correct({ name: name.trim() || undefined })}
      />
    </div>
  );
}

interface FieldProps {
  label: string;
  initial: string;
  max: number;
  mono?: boolean;
  onChange: (value: string) => void;
}

function Field({ label, initial, max, mono = false, onChange }: FieldProps) {
  const [value, setValue] = useState(initial);
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="label">
        {label}
      </label>
      <input
        id={id}
        className={`field${mono ? " mono" : ""}`}
        value={value}
        maxLength={max}
        autoComplete="off"
        onChange={(event) => {
          setValue(event.target.value);
          onChange(event.target.value);
        }}
      />
    </div>
  );
}
