/** A request as it was seen, in the order of arrival. */
export interface SeenRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** `pulls/merge`, `git/receive-pack`, `graphql/createCommitOnBranch`; `unknown` for no operation of GitHub's. */
  readonly operationId: string;
  /** Whether it means to change something. */
  readonly write: boolean;
  /** 0 until it is answered, and when it never was. */
  status: number;
  /** Bytes of the two bodies together; until it is answered those of the first. */
  bytes: number;
}

export interface Refusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object as JSON, a text as it is; by default GitHub's message of that status. */
  readonly body?: unknown;
}

/** "cut": the connection ends before anything was done. "lost": it was done, and the reply never arrives. */
export type FaultKind = "cut" | "lost" | number | Refusal;

export interface Fault {
  /** Every request when left out. */
  readonly matches?: (request: SeenRequest) => boolean;
  readonly fault: FaultKind;
  /** How many requests; all when left out. */
  readonly times?: number;
}

const MESSAGES: Readonly<Record<number, string>> = {
  401: "Bad credentials",
  403: "Resource not accessible by integration",
  404: "Not Found",
  409: "Conflict",
  422: "Validation Failed",
  429: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
  500: "Server Error",
  502: "Server Error",
  503: "Service Unavailable",
  504: "We couldn't respond to your request in time. Sorry about that.",
};

export function toRefusal(fault: number | Refusal): Required<Refusal> {
  const { status, headers = {}, body } = typeof fault === "number" ? { status: fault } : fault;
  const message = MESSAGES[status] ?? "Error";
  const documentation = "https://docs.github.com/rest";
  return {
    status,
    headers,
    body: body ?? { message, documentation_url: documentation, status: String(status) },
  };
}

/** GitHub's refusal of a client that does too much at once. */
export function secondaryRateLimit(retryAfter: number): Refusal {
  const message =
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. " +
    "For more on scraping GitHub and how it may affect your rights, please review our Terms of Service.";
  return {
    status: 403,
    headers: { "retry-after": String(retryAfter) },
    body: {
      message,
      documentation_url:
        "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits",
    },
  };
}

/** GitHub's refusal of a client whose hour's allowance is used up; `resetAt` in seconds since 1970. */
export function primaryRateLimit(resetAt: number): Refusal {
  return {
    status: 403,
    headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(resetAt) },
    body: {
      message: "API rate limit exceeded for user ID 1.",
      documentation_url: "https://docs.github.com/rest",
    },
  };
}

/** The same for GraphQL: status 200, and the refusal in the body. */
export function graphqlRateLimit(resetAt: number): Refusal {
  return {
    status: 200,
    headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(resetAt) },
    body: { errors: [{ type: "RATE_LIMITED", message: "API rate limit exceeded for user ID 1." }] },
  };
}

interface Active {
  readonly fault: Fault;
  left: number;
}

/** The faults that are set, in order; the first that fits a request is its fate. */
export class FaultList {
  #active: Active[] = [];

  add(fault: Fault): void {
    this.#active.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY });
  }

  clear(): void {
    this.#active = [];
  }

  take(request: SeenRequest): FaultKind | undefined {
    const active = this.#active.find((one) => one.left > 0 && (one.fault.matches?.(request) ?? true));
    if (active === undefined) return undefined;
    active.left -= 1;
    return active.fault.fault;
  }
}
