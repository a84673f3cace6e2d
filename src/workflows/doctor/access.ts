import type { OwnAccess } from "../../ports/forge.ts";
import type { Answer } from "./check.ts";

const NEEDED = "Contents (write) and Pull requests (write)";

/** Whether the token is enough for commands that propose, of a registry whose pull requests can be read. */
export function checkAccess(access: OwnAccess, message: string): Answer {
  if (access === "archived")
    return {
      status: "warn",
      message: `${message}; the repository is archived, so nothing can be proposed`,
      hint: "Unarchive it, under Settings > General.",
    };
  if (access === "read")
    return {
      status: "warn",
      message: `${message}; the token may read it and not write, so nothing can be proposed or merged`,
      hint: `To read that is enough. promote, rollback, retire, yank, register, close and merge need ${NEEDED}, and a user with write access.`,
    };
  if (access === "untold")
    return {
      status: "ok",
      message: `${message}; what the token may write is not told: commands that propose need ${NEEDED}`,
    };
  return { status: "ok", message };
}
