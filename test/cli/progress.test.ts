import { expect, it } from "vitest";
import { createProgress } from "../../src/cli/progress.ts";

function watch(isTTY: boolean) {
  let at = 0;
  let written = "";
  const stderr = { write: (text: string) => void (written += text), isTTY, columns: 80 };
  const progress = createProgress(
    { stdout: stderr, stderr, cwd: "/", env: {}, now: () => new Date(at) },
    (text) => text,
  );
  return { progress, wait: (ms: number) => void (at += ms), written: () => written };
}

it("draws a bar on a terminal, not too often, and takes it away", () => {
  const { progress, wait, written } = watch(true);
  wait(1000);
  progress.show("Storing x", 25, 100);
  expect(written()).toBe(`Storing x [${"█".repeat(6)}${" ".repeat(18)}] 25 %`);
  progress.show("Storing x", 26, 100);
  expect(written()).not.toContain("26 %");
  progress.show("Storing x", 100, 100);
  expect(written()).toMatch(/\r\u001b\[2K$/);
});

it("writes a line now and then elsewhere, and none for short work", () => {
  const { progress, wait, written } = watch(false);
  progress.show("Storing x", 25, 100);
  progress.show("Storing x", 100, 100);
  expect(written()).toBe("");
  wait(11_000);
  progress.show("Storing x", 60, 100);
  progress.show("Storing x", 61, 100);
  progress.clear();
  expect(written()).toBe("Storing x: 60 %\n");
});
