/** A refusal of the server as RFC 9457 says it, made into an error that a page can show. */

export interface Place {
  line?: number | null;
  column?: number | null;
  path?: string | null;
  message: string;
}

interface ProblemBody {
  title?: string;
  detail?: string;
  hint?: string | null;
  code?: string;
  places?: Place[];
  candidates?: string[];
  ids?: string[];
}

export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | null;
  readonly places: readonly Place[];
  /** The names of which one was to be named. */
  readonly candidates: readonly string[];
  /** The ids behind these names, where each is one thing. */
  readonly ids: readonly string[];

  constructor(status: number, body: ProblemBody) {
    super(body.detail || body.title || "The request was refused.");
    this.name = "Problem";
    this.status = status;
    this.code = body.code ?? "unknown";
    this.hint = body.hint ?? null;
    this.places = body.places ?? [];
    this.candidates = body.candidates ?? [];
    this.ids = body.ids ?? [];
  }

  /** Nothing answered a question: the network or the controller is away. */
  static unreachable(): Problem {
    return new Problem(0, {
      code: "unreachable",
      detail: "The controller does not answer.",
      hint: "Check that it runs and that you are connected. This page only asked; it changed nothing.",
    });
  }

  /** Nobody is signed in on this page any more; nothing was sent. */
  static sessionOver(): Problem {
    return new Problem(401, {
      code: "unauthenticated",
      detail: "Your session has ended.",
      hint: "Sign in again in this browser: the page then goes on by itself.",
    });
  }

  /** A change went out and no answer came: it was done, or it was not. */
  static unanswered(): Problem {
    return new Problem(0, {
      code: "unanswered",
      detail: "No answer came: it may have happened.",
      hint: "Look whether it did before you go on. The same, sent again from this page, is done once.",
    });
  }
}

/** The error of an answer that was not 2xx; tolerates a body that is no problem document. */
export function problemOf(status: number, body: unknown): Problem {
  if (typeof body === "object" && body !== null) return new Problem(status, body as ProblemBody);
  return new Problem(status, { detail: `The controller answered with status ${status}.` });
}

/** Any thrown value as a Problem, so that pages have one kind of error to show. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(-1, {
    code: "page",
    detail: error instanceof Error ? error.message : String(error),
    hint: "Reload the page. If it stays, the browser's console says more.",
  });
}
