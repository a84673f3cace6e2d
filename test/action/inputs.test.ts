import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { GATE_INPUTS } from "../../action/src/gate.ts";
import { type InputRules, readInputs } from "../../action/src/inputs.ts";
import { PROMOTE_INPUTS } from "../../action/src/promote.ts";
import { RECORD_INPUTS } from "../../action/src/record.ts";
import { VALIDATE_INPUTS } from "../../action/src/validate.ts";
import { chooseEnvironment } from "../../action/src/environment.ts";

const RULES = {
  token: { required: true },
  "pull-request": {},
  pending: { fallback: "fail", oneOf: ["fail", "pass"] },
} as const satisfies InputRules;

describe("the inputs of a step", () => {
  it("are read as the runner writes them", () => {
    const env = { INPUT_TOKEN: " t ", "INPUT_PULL-REQUEST": "7", INPUT_PENDING: "" };
    expect(readInputs(RULES, env)).toEqual({ token: "t", "pull-request": "7", pending: "fail" });
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ["a missing one", {}, /"token" is missing/],
    ["one that is blank", { INPUT_TOKEN: " " }, /"token" is missing/],
    ["one that is unknown", { INPUT_TOKEN: "t", INPUT_PENDNIG: "pass" }, /"pendnig" is not known/],
    ["none of the values", { INPUT_TOKEN: "t", INPUT_PENDING: "maybe" }, /"pending" is "maybe"/],
  ])("are refused by their name: %s", (_, env, why) => {
    expect(() => readInputs(RULES, env)).toThrow(why);
  });

  it.each([
    ["gate", GATE_INPUTS],
    ["promote", PROMOTE_INPUTS],
    ["record", RECORD_INPUTS],
    ["validate", VALIDATE_INPUTS],
  ] as const)("are those of action/%s/action.yml", (name, rules: InputRules) => {
    interface Declared {
      readonly description: string;
      readonly required?: boolean;
      readonly default?: string;
    }
    const text = readFileSync(new URL(`../../action/${name}/action.yml`, import.meta.url), "utf8");
    const { inputs, runs } = parse(text) as { inputs: Record<string, Declared>; runs: object };
    expect(runs).toEqual({ using: "node24", main: "main.mjs" });
    expect(Object.keys(inputs)).toEqual(Object.keys(rules));
    for (const [input, { description, required = false, default: value }] of Object.entries(inputs)) {
      const rule = rules[input];
      expect(description).not.toBe("");
      for (const one of rule?.oneOf ?? []) {
        const isShown = one === rule?.fallback || one === "false" || description.includes(`\`${one}\``);
        expect(isShown, `${input}: ${one}`).toBe(true);
      }
      if (input === "token") expect(value).toBe("${{ github.token }}");
      else expect([required, value]).toEqual([rule?.required ?? false, rule?.fallback]);
    }
  });
});

describe("the environment of a step", () => {
  it("is what it needs, and nothing that leads requests or tokens elsewhere", () => {
    const kept = {
      PATH: "/bin",
      GITHUB_SERVER_URL: "https://github.com",
      RUNNER_TEMP: "/tmp",
      AWS_ACCESS_KEY_ID: "id",
      AWS_REGION: "eu-west-1",
      https_proxy: "http://proxy",
    };
    const dropped = {
      AWS_ENDPOINT_URL: "https://evil.example",
      AWS_ENDPOINT_URL_S3: "https://evil.example",
      AWS_ENDPOINT_URL_STS: "https://evil.example",
      AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "false",
      GITHUB_TOKEN: "t",
      GH_TOKEN: "t",
      GIT_CONFIG_COUNT: "1",
      GIT_SSH_COMMAND: "evil",
      GIT_AUTHOR_NAME: "Ada",
      NODE_OPTIONS: "--require evil",
    };
    expect(chooseEnvironment({ ...dropped, ...kept })).toEqual({
      ...kept,
      AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true",
    });
  });
});
