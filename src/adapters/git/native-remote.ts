import { join } from "node:path";
import type { RefStore, Remote } from "../../ports/repository.ts";
import { readConfigFiles } from "./config-file.ts";
import type { Layout } from "./locate.ts";
import type { Environment, GitOutput, NativeGit } from "./native-process.ts";
import { requireOid } from "./object-format.ts";
import {
  type PushUpdate,
  REFSPECS,
  REMOTE,
  describeRemote,
  setTracking,
  trackingRef,
} from "./remote-refs.ts";
import { credentialEnvironment, type RemoteAccess } from "./remote-credentials.ts";
import { pushFailure, remoteFailure } from "./remote-failure.ts";
import { requireRefName } from "./ref-name.ts";
import { readShallow } from "./shallow.ts";

/** A transfer that moves nothing for a minute is given up; so is any after half an hour. */
const BOUNDED = ["-c", "http.lowSpeedLimit=1", "-c", "http.lowSpeedTime=60"];
const TRANSFER_TIMEOUT_MS = 1_800_000;

interface RemoteParts {
  readonly git: NativeGit;
  readonly layout: Layout;
  readonly refs: RefStore;
  readonly access: RemoteAccess;
}

/** The remote through git itself: every protocol, with the user's credential helpers and hooks. */
export class NativeRemote implements Remote {
  readonly #git: NativeGit;
  readonly #layout: Layout;
  readonly #refs: RefStore;

  readonly #access: RemoteAccess;

  constructor(parts: RemoteParts) {
    this.#git = parts.git;
    this.#layout = parts.layout;
    this.#refs = parts.refs;
    this.#access = parts.access;
  }

  async describe(): Promise<{ readonly name: string; readonly url: string } | undefined> {
    return describeRemote(await readConfigFiles([join(this.#layout.commonDir, "config")]));
  }

  async fetch(): Promise<void> {
    const quiet = ["--quiet", "--prune", "--no-tags", "--no-recurse-submodules"];
    const args = [...BOUNDED, "fetch", ...quiet, REMOTE, ...REFSPECS];
    const done = await this.#git.run(args, {
      env: await this.#credentials(),
      timeoutMs: TRANSFER_TIMEOUT_MS,
    });
    if (done.code !== 0) throw remoteFailure("fetch from", done);
  }

  async deepen(): Promise<void> {
    if ((await readShallow(this.#layout)).size === 0) return;
    const args = [
      ...BOUNDED,
      "fetch",
      "--quiet",
      "--unshallow",
      "--no-tags",
      "--no-recurse-submodules",
      REMOTE,
    ];
    const done = await this.#git.run([...args, ...REFSPECS], {
      env: await this.#credentials(),
      timeoutMs: TRANSFER_TIMEOUT_MS,
    });
    if (done.code !== 0) throw remoteFailure("fetch from", done);
  }

  async push(updates: readonly PushUpdate[]): Promise<void> {
    if (updates.length === 0) return;
    const refused = await this.#pushAll(updates, updates.length > 1);
    if (refused === undefined) return;
    if (updates.length === 1 || !/does not support --atomic/.test(refused.stderr)) throw pushFailure(refused);
    for (const update of updates) {
      const failed = await this.#pushAll([update], false);
      if (failed !== undefined) throw pushFailure(failed);
    }
  }

  async #credentials(): Promise<Environment> {
    return credentialEnvironment(this.#access, (await this.describe())?.url);
  }

  async #pushAll(updates: readonly PushUpdate[], atomic: boolean): Promise<GitOutput | undefined> {
    const leases = updates.map(
      ({ name, expected }) =>
        `--force-with-lease=${requireRefName(name)}:${expected === null ? "" : requireOid(expected)}`,
    );
    const moves = updates.map(({ name, value }) => `${value === null ? "" : requireOid(value)}:${name}`);
    const flags = [
      "--porcelain",
      "--no-follow-tags",
      "--recurse-submodules=no",
      ...(atomic ? ["--atomic"] : []),
    ];
    const args = [...BOUNDED, "push", ...flags, ...leases, REMOTE, ...moves];
    const done = await this.#git.run(args, {
      env: await this.#credentials(),
      hooks: true,
      timeoutMs: TRANSFER_TIMEOUT_MS,
    });
    if (done.code !== 0) return done;
    for (const { name, value } of updates) {
      const tracking = trackingRef(name);
      if (tracking !== undefined)
        await setTracking(this.#refs, tracking, { value, reason: "update by push" });
    }
    return undefined;
  }
}
