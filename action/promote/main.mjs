import { runAction } from "../dist/modeltrail.mjs";

await runAction("promote");
