import { Octokit } from "@octokit/rest";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { graphqlRateLimit, primaryRateLimit, secondaryRateLimit } from "./faults.ts";
import { OPERATION_IDS, checkReply, findOperation } from "./openapi.ts";
import { ROUTES } from "./rest.ts";
import { SILENT, type World, openWorld } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

describe("the server as such", () => {
  it("knows who asks", async () => {
    const { octokit, server, at } = world;
    expect((await octokit.users.getAuthenticated()).data.login).toBe("ada");
    const connect = (auth?: string): Octokit =>
      new Octokit({ ...(auth && { auth }), baseUrl: server.apiUrl, log: SILENT });
    await expect(connect("wrong").repos.get(at)).rejects.toMatchObject({
      status: 401,
      response: { data: { message: "Bad credentials" } },
    });
    await expect(connect().repos.get(at)).rejects.toMatchObject({ status: 401 });
    await expect(world.as("stranger").repos.get(at)).rejects.toMatchObject({
      status: 404,
      response: { data: { message: "Not Found" } },
    });
    expect((await octokit.repos.get(at)).data).toMatchObject({
      full_name: "acme/models",
      default_branch: "main",
      permissions: { push: true, admin: false },
      allow_squash_merge: true,
    });
    const app = connect(server.addAppToken("app", { contents: "read" }).value);
    await expect(app.users.getAuthenticated()).rejects.toMatchObject({ status: 403 });
  });

  it("gives lists page by page", async () => {
    const { octokit, at } = world;
    await world.open("a");
    for (let at_ = 0; at_ < 7; at_++) {
      await octokit.issues.createComment({ ...at, issue_number: 1, body: `comment ${at_}` });
    }
    const first = await octokit.issues.listComments({ ...at, issue_number: 1, per_page: 3 });
    expect(first.data).toHaveLength(3);
    expect(first.headers.link).toMatch(/page=2>; rel="next", .*page=3>; rel="last"/);
    const last = await octokit.issues.listComments({ ...at, issue_number: 1, per_page: 3, page: 3 });
    expect(last.data).toHaveLength(1);
    expect(last.headers.link).toMatch(/page=2>; rel="prev", .*page=1>; rel="first"/);
    const all = await octokit.paginate(octokit.issues.listComments, { ...at, issue_number: 1, per_page: 2 });
    expect(all.map((one) => one.body)).toEqual([0, 1, 2, 3, 4, 5, 6].map((one) => `comment ${one}`));
  });

  it("answers 304 to a client that has it already, at no charge", async () => {
    const { octokit, at } = world;
    const first = await octokit.repos.get(at);
    const before = first.headers["x-ratelimit-remaining"];
    await expect(
      octokit.repos.get({ ...at, headers: { "if-none-match": first.headers.etag } }),
    ).rejects.toMatchObject({ status: 304 });
    const { data } = await octokit.rateLimit.get();
    expect(data.rate.remaining).toBe(Number(before) - 1);
  });

  it("ends an allowance, and begins another", async () => {
    let time = 1_800_000_000_000;
    const small = await openWorld({ rateLimit: 2, clock: () => time });
    await small.octokit.repos.get(small.at);
    await small.octokit.repos.get(small.at);
    await expect(small.octokit.repos.get(small.at)).rejects.toMatchObject({
      status: 403,
      response: { headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1800003600" } },
    });
    await expect(small.octokit.graphql("{ viewer { login } }")).rejects.toMatchObject({
      errors: [{ type: "RATE_LIMITED" }],
    });
    time += 3_601_000;
    await small.octokit.repos.get(small.at);
    await small.close();
  });

  it("logs what it is asked", async () => {
    const { octokit, at, server } = world;
    await world.open("a");
    await octokit.pulls.get({ ...at, pull_number: 1 });
    expect(
      server.requests.map(({ method, operationId, status, write }) => [method, operationId, status, write]),
    ).toEqual([
      ["POST", "pulls/create", 201, true],
      ["GET", "pulls/get", 200, false],
    ]);
    expect(server.requests[1]?.bytes).toBeGreaterThan(1000);
    expect(server.writes).toHaveLength(1);
  });
});

describe("faults", () => {
  const isCreate = ({ operationId }: { operationId: string }): boolean => operationId === "pulls/create";

  it("are statuses, with headers and bodies", async () => {
    const { server, octokit, at } = world;
    const get = (): Promise<unknown> => octokit.repos.get(at);
    for (const status of [401, 403, 404, 409, 422, 429, 500, 502, 503]) {
      server.fail({ fault: status, times: 1 });
      await expect(get()).rejects.toMatchObject({ status });
    }
    server.fail({ fault: secondaryRateLimit(7), times: 1 });
    await expect(get()).rejects.toMatchObject({
      status: 403,
      response: { headers: { "retry-after": "7" }, data: { message: expect.stringContaining("secondary") } },
    });
    server.fail({ fault: primaryRateLimit(123), times: 1 });
    await expect(get()).rejects.toMatchObject({
      status: 403,
      response: { headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "123" } },
    });
    server.fail({ fault: graphqlRateLimit(123), times: 1 });
    await expect(octokit.graphql("{ viewer { login } }")).rejects.toMatchObject({
      errors: [{ type: "RATE_LIMITED" }],
    });
    server.fail({ fault: { status: 502, body: "<html>Unicorn!</html>" } });
    await expect(get()).rejects.toMatchObject({ status: 502 });
    server.heal();
    await get();
  });

  it("cut the connection before anything is done", async () => {
    const { server, repository } = world;
    server.fail({ matches: isCreate, fault: "cut", times: 1 });
    await expect(world.open("a")).rejects.toThrow("other side closed");
    expect(repository.pulls.size).toBe(0);
    expect(server.writes).toMatchObject([{ operationId: "pulls/create", status: 0 }]);
  });

  it("lose the reply to what was done", async () => {
    const { server, octokit, at } = world;
    server.fail({ matches: isCreate, fault: "lost", times: 1 });
    await expect(world.open("a")).rejects.toThrow("other side closed");
    expect((await octokit.pulls.list(at)).data).toHaveLength(1);
    await expect(
      octokit.pulls.create({ ...at, head: "a", base: "main", title: "again" }),
    ).rejects.toMatchObject({
      status: 422,
    });
  });

  it("move a head between two requests", async () => {
    const { server, octokit, at } = world;
    const { head } = await world.open("a");
    server.onRequest = ({ operationId }) => {
      if (operationId === "pulls/merge") world.commit({ branch: "a", files: { "late.txt": "late" } });
    };
    await expect(octokit.pulls.merge({ ...at, pull_number: 1, sha: head })).rejects.toMatchObject({
      status: 409,
    });
  });
});

describe("GitHub's own description", () => {
  it("is served as a whole, as far as it was taken", () => {
    expect(Object.keys(ROUTES).sort()).toEqual([...OPERATION_IDS].sort());
  });

  it("catches a request that it does not allow", async () => {
    const { server, octokit } = world;
    await expect(
      octokit.request("POST /repos/acme/models/pulls", { head: 3, base: "main" }),
    ).rejects.toMatchObject({
      status: 422,
    });
    await expect(octokit.request("GET /repos/acme/models/pulls?state=merged")).rejects.toMatchObject({
      status: 422,
    });
    await expect(octokit.request("GET /repos/acme/models?colour=red")).rejects.toMatchObject({
      status: 422,
    });
    await expect(octokit.request("GET /repos/acme/models/proposals")).rejects.toMatchObject({ status: 404 });
    await expect(octokit.request("GET /repos/acme/models/topics")).rejects.toMatchObject({ status: 501 });
    await expect(
      octokit.request("POST /repos/acme/models/labels", { name: "n", tint: "red" }),
    ).rejects.toMatchObject({ status: 422 });
    expect(server.violations).toEqual([
      "POST /repos/acme/models/pulls: body/head must be string",
      "GET /repos/acme/models/pulls: parameters/state must be equal to one of the allowed values",
      "GET /repos/acme/models: parameters must NOT have additional properties (colour)",
      "GET /repos/acme/models/proposals: no operation of GitHub's",
      "GET /repos/acme/models/topics: an operation that the test server has not",
      "POST /repos/acme/models/labels: body/tint is not read",
    ]);
    expect(() => server.expectNoViolations()).toThrow("not as GitHub describes it");
    server.violations.length = 0;
  });

  it("catches a reply that is not as described", async () => {
    const { server, octokit, at, repository } = world;
    await world.open("a");
    const pull = repository.pulls.get(1)!;
    pull.title = 7 as unknown as string;
    await expect(octokit.pulls.get({ ...at, pull_number: 1 })).rejects.toMatchObject({ status: 500 });
    pull.title = "t";
    (pull as { createdAt: string }).createdAt = "yesterday";
    await expect(octokit.pulls.list(at)).rejects.toMatchObject({ status: 500 });
    expect(server.violations).toEqual([
      "GET /repos/acme/models/pulls/1: reply 200/title must be string",
      expect.stringMatching(/reply 200\/0\/created_at must match format/),
    ]);
    server.violations.length = 0;
    const { operation } = findOperation("GET", "/repos/acme/models")!;
    expect(checkReply(operation, 202, {})).toEqual(["status 202 is not described"]);
    expect(checkReply(operation, 200, {}).length).toBeGreaterThan(50);
  });
});
