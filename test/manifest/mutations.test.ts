import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { parseCanonicalManifest } from "../../src/manifest/read-canonical.ts";
import { parseStrictManifest } from "../../src/manifest/read-strict.ts";
import { renderManifest } from "../../src/manifest/render.ts";
import { encode, SAMPLES, TRIALS } from "./samples.ts";

const FILES = SAMPLES.map((manifest) => ({ kind: manifest.kind, bytes: encode(renderManifest(manifest)) }));

/** Bytes that mean something to YAML, to UTF-8 or to programs that print them. */
const bytes = fc.oneof(
  fc.uint8Array({ minLength: 0, maxLength: 3 }),
  fc
    .constantFrom(
      "\n",
      "\r",
      "\t",
      " ",
      "  ",
      ":",
      ": ",
      "- ",
      "#",
      " #",
      '"',
      "'",
      "\\",
      "[",
      "]",
      "{",
      "}",
      ",",
      "&a ",
      "*a",
      "!t ",
      "|",
      ">",
      "---\n",
      "...\n",
    )
    .map(encode),
  fc
    .constantFrom(
      "? ",
      "%",
      "@",
      "<<: ",
      "~",
      "no",
      "0",
      "1.10",
      "1e9",
      "\u202e",
      "\u0000",
      "\ufeff",
      "é",
      "__proto__: ",
      "\n  ",
      "\n- ",
    )
    .map(encode),
);

interface Mutation {
  readonly at: number;
  readonly remove: number;
  readonly add: Uint8Array;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(),
  remove: fc.constantFrom(0, 0, 1, 1, 2, 8, 60),
  add: bytes,
});

function mutate(original: Uint8Array, mutations: readonly Mutation[]): Uint8Array {
  return mutations.reduce((whole, { at, remove, add }) => {
    const start = at % (whole.length + 1);
    return new Uint8Array([...whole.subarray(0, start), ...add, ...whole.subarray(start + remove)]);
  }, original);
}

describe("mutations of valid manifests", () => {
  it("are read alike by every reader, or end in findings, quickly", () => {
    let accepted = 0;
    let slowest = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...FILES),
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        ({ kind, bytes: original }, mutations) => {
          const mutated = mutate(original, mutations);
          const start = performance.now();
          const canonical = parseCanonicalManifest(kind, mutated);
          const strict = parseStrictManifest(kind, mutated, "f");
          slowest = Math.max(slowest, performance.now() - start);
          if (!strict.ok) {
            expect(canonical).toBeUndefined();
            expect(strict.findings.length).toBeGreaterThan(0);
            return;
          }
          accepted += 1;
          if (canonical !== undefined) expect(canonical.value).toEqual(strict.value);
          for (const version of ["1.1", "1.2"] as const)
            expect(parse(strict.text, { version })).toEqual(strict.value);
        },
      ),
      { numRuns: TRIALS * 3 },
    );
    expect(slowest).toBeLessThan(10_000);
    expect(accepted).toBeGreaterThan(10);
  });

  it("of any bytes end in findings", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (any) => {
        expect(parseStrictManifest("ModelStage", any, "f").ok).toBe(false);
        expect(parseCanonicalManifest("ModelStage", any)).toBeUndefined();
      }),
      { numRuns: TRIALS },
    );
  });
});
