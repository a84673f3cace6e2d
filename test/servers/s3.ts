import { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, type Call, type S3State, answerCall, errorXml, failure } from "./s3-objects.ts";

export const TEST_CREDENTIALS = {
  accessKeyId: "test-access",
  secretAccessKey: "test-secret-key-of-nobody",
} as const;

/** What a rule does to the request that it meets. */
export type FaultKind =
  | { readonly kind: "status"; readonly status: number; readonly code: string }
  /** Carried out, but the answer never arrives. */
  | { readonly kind: "lost-reply" }
  /** The connection ends before anything was done. */
  | { readonly kind: "drop" }
  /** Half of the answer's body, then the connection ends. */
  | { readonly kind: "cut" }
  /** One byte changed on the way down. */
  | { readonly kind: "flip-down" }
  /** One byte changed on the way up. */
  | { readonly kind: "flip-up" }
  /** The body ends early as if that were all of it. */
  | { readonly kind: "short" }
  /** Status 200, and an error in the body. */
  | { readonly kind: "error-200" }
  | { readonly kind: "slow"; readonly ms: number };

export interface Fault {
  readonly operation?: string;
  readonly key?: string;
  /** The first matching request that it meets, counted from 1; 1. */
  readonly nth?: number;
  /** How many from there on; 1. */
  readonly times?: number;
  readonly does: FaultKind;
}

export interface S3Server extends S3State {
  readonly endpoint: string;
  /** What came, in order: `PutObject a/b.bin`. */
  readonly requests: string[];
  /** The headers of those. */
  readonly headers: IncomingHttpHeaders[];
  /** How many requests of an operation were under way at once, at most. */
  readonly peaks: Map<string, number>;
  /** Replaces all rules. */
  inject(...faults: readonly Fault[]): void;
  close(): Promise<void>;
}

interface Rule {
  readonly fault: Fault;
  met: number;
}

/** A small S3 on loopback, path style, in memory. It checks digests, and that requests are signed, not by whom. */
export async function startS3(bucket = "models"): Promise<S3Server> {
  const sockets = new Set<Socket>();
  let rules: Rule[] = [];
  const behaviour = { checksums: true, conditional: true, ranges: true };
  const state: S3State = { bucket, objects: new Map(), uploads: new Map(), behaviour };
  const requests: string[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const peaks = new Map<string, number>();
  const open = new Map<string, number>();
  const server = createServer((request, response) => {
    const call = parseCall(request);
    countOpen(call.operation, { open, peaks, response });
    requests.push(`${call.operation} ${call.key}`);
    headers.push(request.headers);
    serve(request, response, { state, call, fault: meet(rules, call) }).catch(() => response.destroy());
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    ...state,
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    headers,
    peaks,
    inject(...faults) {
      rules = faults.map((fault) => ({ fault, met: 0 }));
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Counts {
  readonly open: Map<string, number>;
  readonly peaks: Map<string, number>;
  readonly response: ServerResponse;
}

function countOpen(operation: string, { open, peaks, response }: Counts): void {
  const now = (open.get(operation) ?? 0) + 1;
  open.set(operation, now);
  peaks.set(operation, Math.max(now, peaks.get(operation) ?? 0));
  response.once("close", () => open.set(operation, (open.get(operation) ?? 1) - 1));
}

function meet(rules: readonly Rule[], call: Omit<Call, "body">): FaultKind | undefined {
  let does: FaultKind | undefined;
  for (const rule of rules) {
    const { operation = call.operation, key = call.key, nth = 1, times = 1 } = rule.fault;
    if (operation !== call.operation || key !== call.key) continue;
    rule.met += 1;
    if (rule.met >= nth && rule.met < nth + times) does ??= rule.fault.does;
  }
  return does;
}

function parseCall(request: IncomingMessage): Omit<Call, "body"> {
  const url = new URL(request.url ?? "/", "http://store");
  const [, bucket = "", ...rest] = url.pathname.split("/");
  const key = decodeURIComponent(rest.join("/"));
  const query = url.searchParams;
  return {
    operation: operationOf(request.method ?? "", key, query),
    bucket,
    key,
    query,
    headers: request.headers,
  };
}

function operationOf(method: string, key: string, query: URLSearchParams): string {
  if (query.has("uploads")) return method === "POST" ? "CreateMultipartUpload" : "ListMultipartUploads";
  if (query.has("uploadId")) {
    const names: Record<string, string> = {
      PUT: "UploadPart",
      POST: "CompleteMultipartUpload",
      DELETE: "AbortMultipartUpload",
      GET: "ListParts",
    };
    return names[method] ?? "Unknown";
  }
  const names: Record<string, string> = { PUT: "PutObject", GET: "GetObject", HEAD: "HeadObject" };
  if (query.get("list-type") === "2" && method === "GET") return "ListObjectsV2";
  return key === "" ? "Unknown" : (names[method] ?? "Unknown");
}

interface Exchange {
  readonly state: S3State;
  readonly call: Omit<Call, "body">;
  readonly fault: FaultKind | undefined;
}

async function serve(request: IncomingMessage, response: ServerResponse, exchange: Exchange): Promise<void> {
  const { state, call, fault } = exchange;
  if (fault?.kind === "drop") {
    request.socket.destroy();
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  if (fault?.kind === "flip-up" && body.length > 0) flip(body);
  if (fault?.kind === "slow") await sleep(fault.ms);
  const answer = answerWith(fault) ?? answerCall(state, { ...call, body });
  if (fault?.kind === "lost-reply") request.socket.destroy();
  else respond(request, response, { answer, fault });
}

/** Answers that stand for the whole call. */
function answerWith(fault: FaultKind | undefined): Answer | undefined {
  if (fault?.kind === "status") return failure(fault.status, fault.code);
  return fault?.kind === "error-200" ? { status: 200, body: errorXml("InternalError") } : undefined;
}

function respond(
  request: IncomingMessage,
  response: ServerResponse,
  { answer, fault }: { readonly answer: Answer; readonly fault: FaultKind | undefined },
): void {
  const body = Buffer.from(answer.body ?? "");
  const chunked = fault?.kind === "short";
  response.writeHead(answer.status, {
    ...answer.headers,
    ...(chunked || answer.status === 204 ? {} : { "content-length": body.length }),
  });
  if (request.method === "HEAD") response.end();
  else if (fault?.kind === "cut") {
    response.write(body.subarray(0, body.length >> 1), () => response.destroy());
  } else if (fault?.kind === "short") response.end(body.subarray(0, body.length >> 1));
  else response.end(fault?.kind === "flip-down" ? flip(body) : body);
}

function flip(body: Buffer): Buffer {
  const at = body.length >> 1;
  if (at < body.length) body[at] = (body[at] as number) ^ 1;
  return body;
}
