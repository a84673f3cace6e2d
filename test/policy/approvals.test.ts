import { describe, expect, it } from "vitest";
import { validApprovals, type ApprovalFacts, type ReviewFact } from "../../src/policy/approvals.ts";

const head = "a".repeat(40);

function review(login: string, state: ReviewFact["state"] = "approved", more: Partial<ReviewFact> = {}) {
  return { login, state, head, isBot: false, ...more };
}

function approvals(reviews: readonly ReviewFact[], more: Partial<ApprovalFacts> = {}): readonly string[] {
  const writers = new Set(reviews.map(({ login }) => login));
  return validApprovals({ reviews, head, authors: ["ada"], writers, ...more });
}

describe("an approval", () => {
  it("counts once for each person who may write and took no part", () => {
    expect(approvals([review("grace"), review("Edsger"), review("grace")])).toEqual(["Edsger", "grace"]);
  });

  it("is the latest decisive review: comments do not change it, a dismissal and a change request do", () => {
    expect(approvals([review("grace"), review("grace", "commented")])).toEqual(["grace"]);
    expect(approvals([review("grace"), review("grace", "dismissed")])).toEqual([]);
    expect(approvals([review("grace"), review("grace", "changes-requested")])).toEqual([]);
    expect(approvals([review("grace", "changes-requested"), review("grace")])).toEqual(["grace"]);
  });

  it("is of exactly this commit", () => {
    expect(approvals([review("grace", "approved", { head: "b".repeat(40) })])).toEqual([]);
  });

  it("is not the author's, a contributor's, a bot's, or of somebody who may only read, whatever the case", () => {
    expect(approvals([review("ADA")])).toEqual([]);
    expect(approvals([review("grace")], { authors: ["ada", "Grace"] })).toEqual([]);
    expect(approvals([review("helper", "approved", { isBot: true })])).toEqual([]);
    expect(approvals([review("grace")], { writers: new Set() })).toEqual([]);
  });

  it("is of those who are asked, where somebody is", () => {
    expect(approvals([review("grace"), review("edsger")], { from: ["Grace"] })).toEqual(["grace"]);
  });
});
