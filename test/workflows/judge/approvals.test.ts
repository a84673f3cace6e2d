import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readApprovals } from "../../../src/workflows/judge/approvals.ts";
import { BRANCH, openPlace, type Place } from "../../adapters/github/place.ts";

let place: Place;
beforeEach(async () => {
  place = await openPlace();
});
afterEach(() => place.close());

/** Who approves a pull request of Ada's with these co-authors, after Rob approved it; with the warnings. */
async function approvalsWith(
  ...coAuthors: readonly string[]
): Promise<{ readonly approvals: readonly string[] | undefined; readonly warnings: readonly string[] }> {
  const { git } = place.world.repository;
  const first = await place.commit("one");
  await place.publish({ head: first });
  const person = { name: "Ada", email: place.world.token.user.email, date: "2026-01-01T00:00:00Z" };
  const lines = coAuthors.map((one) => `Co-authored-by: ${one}\n`).join("");
  const main = git.parse("refs/heads/main") ?? "";
  const tree = git.commit(first).tree;
  const commit = { tree, parents: [main], author: person, committer: person };
  const head = git.writeCommit({ ...commit, message: `More\n\n${lines}` });
  git.move(`refs/heads/${BRANCH}`, first, head);
  await place.world.as("rob").pulls.createReview({ ...place.world.at, pull_number: 1, event: "APPROVE" });
  const forge = await place.open();
  const { request } = await forge.pullRequests.numbered(1);
  const warnings: string[] = [];
  const notices = { warn: (message: string) => void warnings.push(message) };
  return {
    approvals: await readApprovals(forge.pullRequests, { request, head }, notices as never),
    warnings,
  };
}

describe("approvals of a pull request", () => {
  it("count when everybody who made it is known", async () => {
    const grace = "Grace <77+grace@users.noreply.github.com>";
    expect(await approvalsWith(grace)).toEqual({ approvals: ["rob"], warnings: [] });
  });

  it("do not count when they are a co-author's", async () => {
    expect(await approvalsWith("Rob <rob@users.noreply.github.com>")).toMatchObject({ approvals: [] });
  });

  it("are not known when an address may be the approver's", async () => {
    const { approvals, warnings } = await approvalsWith("Rob <Rob@Example.com>", "Grace <grace@example.com>");
    expect(approvals).toBeUndefined();
    expect(warnings).toHaveLength(1);
    for (const mail of ["rob@example.com", "grace@example.com"]) expect(warnings[0]).toContain(mail);
  });
});
