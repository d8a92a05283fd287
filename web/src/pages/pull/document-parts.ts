/** What stands around the steps of a document, read with care: the document is JSON that a person wrote. Pure. */

type Json = Record<string, unknown>;

function asRecord(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function listOf(document: unknown, name: string): Json[] {
  const found = asRecord(asRecord(document).spec)[name];
  return Array.isArray(found) ? found.map(asRecord) : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export interface VariablePart {
  name: string;
  note: string;
}

export function variablesOf(document: unknown): VariablePart[] {
  return listOf(document, "variables").map((item) => {
    const source = text(item.source);
    const notes = [
      item.secret === true ? "secret" : "",
      text(item.example) ? `e.g. ${text(item.example)}` : "",
      source ? `from ${source}` : "",
    ];
    return { name: text(item.name), note: notes.filter(Boolean).join(", ") };
  });
}

export function prerequisitesOf(document: unknown): string[] {
  return listOf(document, "prerequisites").map((item) => text(item.text));
}

export interface Question {
  question: string;
  text: string;
}

export function questionsOf(document: unknown): Question[] {
  return listOf(document, "ambiguities").map((item) => ({
    question: text(item.question),
    text: text(item.text),
  }));
}

function labelText(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join(" or ");
  const pattern = asRecord(value).pattern;
  return typeof pattern === "string" ? `/${pattern}/` : String(value);
}

/** `alertmanager: alertname = DiskFull, severity = warning or critical` for each matcher. */
export function alertsOf(document: unknown): string[] {
  return listOf(document, "alerts").map((item) => {
    const labels = Object.entries(asRecord(item.labels)).map(
      ([key, value]) => `${key} = ${labelText(value)}`,
    );
    return `${text(item.source) || "any"}: ${labels.join(", ")}`;
  });
}
