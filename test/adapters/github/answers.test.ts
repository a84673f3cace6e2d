import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type FaultKind,
  graphqlRateLimit,
  primaryRateLimit,
  secondaryRateLimit,
} from "../../servers/github/faults.ts";
import { BRANCH, openPlace, type OpenForge, type Place } from "./place.ts";

let place: Place;
let forge: OpenForge;
beforeAll(async () => {
  place = await openPlace();
  await place.publish({ head: await place.commit("one") });
  forge = await place.open();
});
afterAll(() => place.close());

/** The error of a call whose every request to the API meets the fault, and how many it sent. */
async function failure(
  fault: FaultKind,
  call: () => Promise<unknown> = () => forge.listOpen(),
): Promise<{ readonly error: Error & { code: string; hint?: string }; readonly requests: number }> {
  const { server } = place.world;
  server.fail({ matches: ({ path }) => path.startsWith("/api/"), fault });
  const before = server.requests.length;
  try {
    await call();
    throw new Error("it did not fail");
  } catch (error) {
    return { error: error as Error & { code: string }, requests: server.requests.length - before };
  } finally {
    server.heal();
  }
}

describe("an answer that is no success", () => {
  it.each<[string, FaultKind, string, number]>([
    ["401", 401, "CREDENTIALS", 1],
    ["403", 403, "FORBIDDEN", 1],
    ["404", 404, "NOT_FOUND", 1],
    ["409, which is no empty list", 409, "CONFLICT", 1],
    ["422", 422, "INVALID_INPUT", 1],
    ["429", 429, "RATE_LIMITED", 1],
    ["451", 451, "FORBIDDEN", 1],
    ["500", 500, "NETWORK", 3],
    ["a page of a proxy", { status: 502, body: "<html>Bad Gateway</html>" }, "NETWORK", 3],
    ["no answer", "cut", "NETWORK", 3],
    ["half an answer", { status: 200, body: '[{"number": 1' }, "NETWORK", 3],
    ["a login page", { status: 200, body: "<html>Sign in</html>" }, "NETWORK", 3],
    ["an empty answer", { status: 200, body: "" }, "NETWORK", 3],
    ["an answer that is no list", { status: 200, body: {} }, "NETWORK", 1],
  ])("%s", async (_name, fault, code, times) => {
    const { error, requests } = await failure(fault);
    expect(error).toMatchObject({ name: "ModeltrailError", code });
    expect(requests).toBe(times);
  });

  it("names what would help", async () => {
    const { host } = new URL(place.world.server.url);
    const missing = (await failure(401)).error;
    for (const word of ["GITHUB_TOKEN", "GH_TOKEN", "gh auth login", host])
      expect(missing.hint).toContain(word);
    const headers = { "x-accepted-github-permissions": "pull_requests=write", "x-oauth-scopes": "gist" };
    expect((await failure({ status: 403, headers })).error.message).toContain("pull_requests=write");
    expect((await failure({ status: 403, headers })).error.hint).toContain("gist");
    expect((await failure(404)).error.message).toContain("acme/models");
  });

  it.each([400, 401, 403, 404, 405, 409, 410, 415, 422, 429, 500, "cut"] as const)(
    "says what to do about %s",
    async (fault) => {
      expect((await failure(fault)).error.hint ?? "").not.toBe("");
    },
  );

  it.each(["FORBIDDEN", "INSUFFICIENT_SCOPES", "NOT_FOUND", "STALE_DATA", "RATE_LIMITED", "UNPROCESSABLE"])(
    "says what to do about GraphQL's %s",
    async (type) => {
      const { server, repository } = place.world;
      repository.settings.allow_auto_merge = true;
      server.fail({
        matches: ({ path }) => path.endsWith("/graphql"),
        fault: { status: 200, body: { data: null, errors: [{ type, message: "No." }] } },
      });
      const arm = forge.pullRequests.armAutoMerge(1, place.pull().head.sha);
      await expect(arm).rejects.toMatchObject({ name: "ModeltrailError", hint: expect.stringMatching(/\w/) });
      server.heal();
    },
  );

  it("shows no token and no control characters, however GitHub words it", async () => {
    const { value } = place.world.token;
    const body = {
      message: `bad\u001b[31m\n::error::${value}`,
      errors: [`\u202e${value}`, { field: "x", code: "y" }],
    };
    const { error } = await failure({ status: 422, body });
    expect(error.message).toContain("x y");
    expect(`${error.message}${error.hint ?? ""}${String(error.cause)}`).not.toMatch(/[\u0000-\u001f\u202e]/);
    expect(JSON.stringify([error.message, error.hint, error])).not.toContain(value);
  });
});

describe("a rate limit", () => {
  it("says until when, and is not waited for longer than allowed", async () => {
    const reset = Math.ceil(Date.now() / 1000) + 1_000;
    const primary = await failure(primaryRateLimit(reset));
    expect(primary.error).toMatchObject({
      code: "RATE_LIMITED",
      message: expect.stringContaining(new Date(reset * 1000).toISOString()),
    });
    expect(primary.requests).toBe(1);
    const secondary = await failure(secondaryRateLimit(30));
    expect(secondary.error).toMatchObject({
      code: "RATE_LIMITED",
      message: expect.stringContaining("30 seconds"),
    });
    const bare = await failure({ status: 429, body: { message: "Too many requests" } });
    expect(bare.error.code).toBe("RATE_LIMITED");
  });

  it("is waited for while that is short, by writes too, all together", async () => {
    const patient = await place.open({ patience: { retryPauseMs: 1, rateLimitMs: 2_500, timeoutMs: 5_000 } });
    const { server } = place.world;
    const isApi = ({ path }: { path: string }): boolean => path.startsWith("/api/");
    const status = { name: "a", state: "success", description: "b" } as const;
    server.fail({ matches: (one) => isApi(one) && one.write, fault: secondaryRateLimit(1), times: 1 });
    await patient.pullRequests.setStatuses(place.world.main(), [status]);
    server.heal();
    const { error } = await failure(secondaryRateLimit(1), () => patient.listOpen());
    expect(error.code).toBe("RATE_LIMITED");
  });

  it("of GraphQL is none of REST's", async () => {
    const { server, repository } = place.world;
    repository.settings.allow_auto_merge = true;
    server.fail({
      matches: ({ path }) => path.endsWith("/graphql"),
      fault: graphqlRateLimit(Math.ceil(Date.now() / 1000) + 1_000),
    });
    const { head } = place.pull();
    await expect(forge.pullRequests.armAutoMerge(1, head.sha)).rejects.toMatchObject({
      code: "RATE_LIMITED",
    });
    server.heal();
  });
});

describe("a request", () => {
  it("is given up in time", async () => {
    const hasty = await place.open({ patience: { timeoutMs: 50, retryPauseMs: 1, rateLimitMs: 0 } });
    place.world.server.onRequest = () => new Promise((resolve) => setTimeout(resolve, 400));
    await expect(hasty.find(BRANCH)).rejects.toMatchObject({ code: "NETWORK" });
    place.world.server.onRequest = undefined;
  });

  it("goes to no address that is not encrypted", async () => {
    await expect(place.open({ apiUrl: "http://ghe.acme.com/api/v3" })).rejects.toMatchObject({
      code: "INVALID_INPUT",
    });
  });

  it("is one of three for a read that fails twice", async () => {
    place.world.server.fail({ matches: ({ path }) => path.startsWith("/api/"), fault: 503, times: 2 });
    expect(await forge.listOpen()).toHaveLength(1);
  });
});
