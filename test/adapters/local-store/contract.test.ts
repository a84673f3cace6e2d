import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLocalStore } from "../../../src/adapters/local-store/open-local-store.ts";
import { type StoreUnderTest, artifactStoreContract } from "../../contracts/artifact-store.contract.ts";

async function storeIn(hardLinks: boolean): Promise<StoreUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), "modeltrail-local-"));
  const uriBase = "file:.modeltrail/artifacts/";
  const root = join(folder, ".modeltrail", "artifacts");
  return {
    open: () => openLocalStore({ root, uriBase, hardLinks }),
    uriBase,
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

artifactStoreContract("local files", () => storeIn(true));
artifactStoreContract("local files without hard links", () => storeIn(false));
