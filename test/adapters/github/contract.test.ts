import type { Forge, ProposalState } from "../../../src/ports/forge.ts";
import { forgeContract } from "../../contracts/forge.contract.ts";
import { openPlace } from "./place.ts";

/** The contract is about branches; which pull request it was comes on top. */
function withoutRequests(forge: Forge): Forge {
  return {
    ...forge,
    async find(branch): Promise<ProposalState> {
      const found = await forge.find(branch);
      return found.state === "none" ? found : { state: found.state, head: found.head };
    },
  };
}

forgeContract("pull requests of GitHub", async () => {
  const place = await openPlace();
  return {
    open: async () => withoutRequests(await place.open()),
    commit: (text) => place.commit(text),
    close: () => place.close(),
  };
});
